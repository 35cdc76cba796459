import { forEachDatabase } from '../../database.ts'
import { givenKeys } from '../life/given.ts'

forEachDatabase('a report of which every value is derived', async (t, service) => {
  const { get, post } = service
  const derived = (code: string, position: number, measure: string, derivation: object) => (
    { code, position, name: `Chỉ tiêu ${code}`, value_type: 'count', measure, derivation })
  await post('/v1/forms', { items: [{
    code: 'derived', name: 'x', valid_from: '2099-01-01', indicators: [
      derived('1', 1, 'Thủ tục', { op: 'procedures', counts: ['in_force'], level: ['commune'], online_service_level: ['4'] }),
      derived('2', 2, 'Hồ sơ', { op: 'dossiers', measure: 'resolved_overdue', basis: 'reported' }),
      derived('3', 3, 'Hồ sơ', { op: 'units', rule: 'sum' })
    ]
  }] })
  const submit = async (unit: string) => {
    const { sender: { headers } } = await givenKeys(service, unit)
    return post(`/v1/reports/${unit}/2021-H1/submit?form=derived`, { note: 'x' }, headers)
  }
  const rowsOf = async (unit: string) => (await get(`/v1/reports/${unit}/2021-H1?form=derived`)).body.rows
    .map(({ computed_number: number, computed_unknown: unknown }: Record<string, unknown>) => number ?? unknown)

  t.test('has nothing to report where there is nothing to count', async t => {
    t.same(await rowsOf('H56-380'), ['catalogue_of_province', 'nothing_counted', 'nothing_reported'])
    t.match(await submit('H56-380'), { status: 422, body: { errors: [{ code: 'nothing_reported' }] } })
  })

  t.test('is submitted with a 0 that was counted: of dossiers that are reported', async t => {
    await post('/v1/dossier-statistics', { items: [{
      unit: 'H56-380', period: '2021-H1', scope: 'own', source: 'a', carried_over: 0, received_direct: 3, resolved_overdue: 0
    }] })
    t.same(await rowsOf('H56-380'), ['catalogue_of_province', 0, 'nothing_reported'])
    t.match(await submit('H56-380'), { status: 200, body: { stage: 'submitted', values_given: 0 } })
  })

  t.test('is not one in which the unit itself must say something', async t => {
    const { sender: { headers } } = await givenKeys(service, 'H56')
    const { body: { rows } } = await get('/v1/reports/H56/2021-Q1')
    t.ok(rows.some(({ source }: { source: string | null }) => source === 'computed'), 'the catalogue gives it values')
    t.match(await post('/v1/reports/H56/2021-Q1/submit', { note: 'x' }, headers), {
      status: 422, body: { errors: [{ code: 'nothing_reported' }] }
    })
  })

  t.test('is submitted with what a unit below reports', async t => {
    const [commune] = (await get('/v1/units?parent=H56-381&limit=1')).body.items as { code: string }[]
    const items = [{ unit: commune!.code, period: '2021-H1', form: 'derived', indicator: '3', number: 0 }]
    t.equal((await post('/v1/indicator-values', { items })).status, 200)
    t.same(await rowsOf('H56-381'), ['catalogue_of_province', 'nothing_counted', 0])
    const partOf = async () => (await get('/v1/reports/H56-381/2021-H1/explain/3?form=derived')).body.parts
    t.match(await partOf(), [{ op: 'units', units_reported: 1, units_submitted: 0 }], 'of which only a draft is known')
    t.match(await submit('H56-381'), { status: 200, body: { stage: 'submitted', values_given: 0 } })
    await post(`/v1/reports/${commune!.code}/2021-H1/submit?form=derived`, {})
    t.match(await partOf(), [{ units_reported: 1, units_submitted: 1, value: 0 }])
  })
})
