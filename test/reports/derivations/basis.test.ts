import { sql } from 'kysely'
import type { ReportExplained, ReportRow } from '../../../src/reports/filled-report/schema.ts'
import { forEachDatabase } from '../../database.ts'
import { item, send } from '../../dossiers/given.ts'

const RECEIVED_AT = { received_at: '2020-05-04T08:00:00+07:00', due_at: '2020-05-14T17:00:00+07:00', updated_at: '2020-05-05T08:00:00+07:00' }

forEachDatabase('what is derived of dossiers', async (t, { db, get, post }) => {
  const indicators = [
    { code: 'received', name: 'x', value_type: 'count', measure: 'Hồ sơ', derivation: { op: 'dossiers', measure: 'received' } },
    { code: 'on_time', name: 'x', value_type: 'percent', measure: '%', derivation: { op: 'on_time', basis: 'records' } }
  ].map((indicator, i) => ({ ...indicator, position: i + 1 }))
  await post('/v1/forms', { items: [{ code: 'own', name: 'x', valid_from: '2010-01-01', indicators }] })
  await send(db, [item({ ...RECEIVED_AT })])
  const rowsOf = async (unit: string): Promise<ReportRow[]> => (await get(`/v1/reports/${unit}/2020-Q2?form=own`)).body.rows
  const partOf = async (unit: string) => (
    (await get(`/v1/reports/${unit}/2020-Q2/explain/received?form=own`)).body as ReportExplained).parts[0]!

  t.test('is unknown of a unit of which nobody has sent a dossier or a report, though others have', async t => {
    t.match(await rowsOf('H56-381'), [
      { computed_number: null, computed_unknown: 'nothing_counted', units_reported: 0 },
      { computed_number: null, computed_unknown: 'nothing_counted', computed_denominator: null, units_reported: 0 }
    ])
    t.match(await rowsOf('H56-380'), [{ computed_number: 1, units_reported: 1 }, { computed_unknown: 'denominator_zero', computed_denominator: 0 }])
  })

  t.test('counts the dossiers of a unit that is no longer expected to have any', async t => {
    await send(db, [item({ ...RECEIVED_AT, code: 'x', unit: 'H56-382' })])
    await sql`update units set reports_dossiers = false where id = 'H56-382'`.execute(db)
    const [received, onTime] = await rowsOf('H56-382')
    t.match(received, { computed_number: 1 })
    t.match(onTime, { computed_unknown: 'denominator_zero' })
  })

  t.test('is that of the consolidated report, which is about all units, before the records of a few', async t => {
    t.match(await partOf('H56'), { basis: 'records', value: 2, units_reported: 1 })
    const total = {
      unit: 'H56', period: '2020-Q2', source: 'a', scope: 'total', received_online: 90, received_direct: 9, carried_over: 0,
      resolved_in_time: 90, resolved_overdue: 9
    }
    t.match(await post('/v1/dossier-statistics', { items: [total] }), { status: 200 })
    t.match(await partOf('H56'), { basis: 'reported', value: 99, units_reported: 1, units_expected: 1 })
    t.match(await partOf('H56-380'), { basis: 'records', value: 1 }, 'which is not about one of them by itself')
  })
})
