import { forEachDatabase } from '../../database.ts'

forEachDatabase('the province\'s report of the first half of 2021', async (t, { get }) => {
  const onTime = async (query: string) => (await get(`/v1/on-time?period=2021-H1&${query}`)).body.items

  t.test('gives 99.88 % of the resolved dossiers on time', async t => {
    t.match(await onTime('unit=H56'), [{
      scope: 'total', resolved_in_time: 3_058_715, resolved: 3_062_315, numerator: 3_058_715, denominator: 3_062_315,
      on_time_percent: 99.88, method: 'resolved', units_reported: 1, units_expected: 1
    }])
  })

  t.test('gives 98.52 % of the received dossiers on time', async t => {
    t.match(await onTime('unit=H56&method=received'), [{ denominator: 3_104_677, on_time_percent: 98.52 }])
  })

  t.test('cannot say what share was handled on time, for it does not split the pending ones', async t => {
    t.match(await onTime('unit=H56&method=handled&unknown=true'), [{
      pending: 42_362, pending_in_time: null, pending_in_time_unknown: 1, numerator: null, on_time_percent: null
    }])
  })

  t.test('belongs to no level', async t => {
    t.same(await onTime('unit=H56&group_by=level'), [])
    t.match(await onTime('unit=H56&level=province'), [{ scope: null, resolved: null, units_reported: 0 }])
  })

  t.test('does not mix with the synthetic figures of the third quarter', async t => {
    t.match(await onTime('source=sample'), [{ scope: null, resolved: null, on_time_percent: null, units_reported: 0 }])
  })
})
