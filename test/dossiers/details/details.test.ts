import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { DETAIL_NAMES } from '../../../src/dossiers/details/schema.ts'
import { ADMIN, forEachDatabase } from '../../database.ts'
import { runs } from '../../property.ts'
import { countables } from '../arbitrary.ts'
import { forget, formerStates, item, itemOf, send } from '../given.ts'

const URL = '/v1/dossiers?source=one-stop'
const CODE = item().code
const at = (day: string, time = '08:00:00') => `2021-${day}T${time}.000+07:00`

/** All that can be said of one dossier. */
const SAID = {
  submitted_at: at('05-30', '20:15:00'), refused_at: at('06-21'), refused_after_acceptance: true, cancelled: true,
  apology: true, apology_at: at('06-09'), promised_at: at('06-15', '17:00:00'), online_service: 'full' as const, non_territorial: true,
  fee_due: 50_000, fee_paid: 50_000, payment_channel: 'online' as const, parts: 4,
  digitised_parts: 3, electronic_result: false, data_reused: true, has_fee: true, paid_online: false,
  national_store_parts: 1, databases_used: 2, identity_verified: true, case_limit: 5, case_limit_unit: 'working_days' as const
}
const NOTHING = Object.fromEntries(DETAIL_NAMES.map(name => [name, null]))
const stopped = (said: object) => item({ channel: 'online', status: 8, finished_at: at('06-21'), ...said })

forEachDatabase('what a source says more of a dossier', async (t, { get, post, db }) => {
  t.afterEach(() => forget(db))

  const issuesOf = async (said: object) => {
    const { status, body } = await post(URL, { items: [stopped(said)] })
    return status === 200 ? [] : body.errors.map(({ pointer, code }: { pointer: string, code: string }) => `${pointer.slice(9)} ${code}`)
  }
  const warningsOf = async (said: object) => {
    const { body } = await post(URL, { items: [stopped(said)] })
    return body.warnings.map(({ pointer, code }: { pointer: string, code: string }) => `${pointer} ${code}`)
  }

  t.test('is stored and shown, and is null where nothing is said', async t => {
    t.same(Object.keys(SAID), DETAIL_NAMES)
    t.match((await post(URL, { items: [stopped(SAID), item({ code: 'b', online_service: null })] })).body, { created: 2, warning_count: 0 })
    const { history, ...dossier } = (await get(`/v1/dossiers/${CODE}`)).body
    t.match(dossier, SAID)
    t.match(history, [{ ...SAID, deleted: false }])
    const { items } = (await get('/v1/dossiers')).body
    t.match(items, [SAID, NOTHING])
    t.match((await db.selectFrom('dossiers').select('details').where('code', '=', 'b').execute()), [{ details: null }])
    const [row] = parse((await get('/v1/dossiers?format=csv')).text, { bom: true, columns: true }) as [object]
    t.match(row, {
      submitted_at: '2021-05-30T20:15:00.000+07:00', cancelled: 'true', online_service: 'full', fee_due: '50000', electronic_result: 'false'
    })
  })

  t.test('is the same however it is written, and another version where it differs', async t => {
    await post(URL, { items: [stopped(SAID)] })
    const reversed = Object.fromEntries(Object.entries({ ...SAID, submitted_at: '2021-05-30T13:15:00Z' }).toReversed())
    t.match((await post(URL, { items: [stopped(reversed)] })).body, { unchanged: 1 })
    const later = { updated_at: at('06-22'), apology_at: null, promised_at: null }
    t.match((await post(URL, { items: [stopped({ ...SAID, ...later })] })).body, { updated: 1 })
    t.match((await get(`/v1/dossiers/${CODE}`)).body.history, [{ apology_at: null }, { apology_at: SAID.apology_at }])
    const { items: [entry] } = (await get('/v1/audit?resource=dossiers&limit=1', ADMIN)).body
    t.same(Object.keys(entry.before).sort(), ['apology_at', 'promised_at', 'updated_at'])
    t.match(entry, { before: { apology_at: SAID.apology_at }, after: { updated_at: at('06-22') } })
  })

  t.test('goes with a deletion and comes back with the dossier', async t => {
    await post(URL, { items: [stopped(SAID)] })
    await post(URL, { items: [{ code: CODE, unit: 'H56-380', updated_at: at('06-22'), deleted: true, fee_due: 7 }] })
    await post(URL, { items: [stopped({ updated_at: at('06-23'), fee_due: 1 })] })
    t.match((await get(`/v1/dossiers/${CODE}`)).body.history, [
      { ...NOTHING, fee_due: 1 }, { ...NOTHING, deleted: true }, SAID
    ])
  })

  t.test('stays with the unit that had the dossier before', async t => {
    await send(db, [item({ fee_due: 1 })])
    await send(db, [item({ unit: 'H56-381', updated_at: at('06-03'), fee_due: 2 })])
    t.match(await formerStates(db), [{ unit: 'H56-380', details: { fee_due: 1 } }])
    t.same((await send(db, [item({ unit: 'H56-381', updated_at: at('06-03'), fee_due: 2 })])).outcomes, ['unchanged'])
  })

  t.test('is refused where it contradicts itself or the dossier', async t => {
    t.same(await issuesOf({ submitted_at: at('06-01') }), ['submitted_at out_of_range'])
    t.same(await issuesOf({ submitted_at: '1900-01-01T00:00:00Z' }), ['submitted_at out_of_range'])
    t.same(await issuesOf({ submitted_at: at('05-30'), refused_at: at('05-29') }), ['refused_at out_of_range'])
    t.same(await issuesOf({ refused_after_acceptance: false }), ['refused_at missing'])
    t.same(await issuesOf({ apology_at: at('05-30') }), ['apology_at out_of_range'])
    t.same(await issuesOf({ apology_at: at('06-09'), promised_at: at('06-08') }), ['promised_at out_of_range'])
    t.same(await issuesOf({ promised_at: at('06-15') }), ['apology_at missing'])
    t.same(await issuesOf({ apology: false, apology_at: at('06-09') }), ['apology not_allowed'])
    t.same(await issuesOf({ parts: 2, digitised_parts: 3 }), ['digitised_parts out_of_range'])
    t.same(await issuesOf({ has_fee: false, fee_due: 1 }), ['has_fee not_allowed'])
    t.same(await issuesOf({ case_limit: 2 }), ['case_limit_unit missing'])
    t.same(await issuesOf({ case_limit_unit: 'hours' }), ['case_limit missing'])
    t.same(await issuesOf({ cancelled: true, status: 4 }), ['cancelled not_allowed'])
    t.same(await issuesOf({ cancelled: true, status: 10 }), ['cancelled not_allowed'])
    t.same(await issuesOf({ online_service: 'full', channel: 'direct' }), ['online_service not_allowed'])
    t.same((await issuesOf({ fee_due: -1, fee_paid: '5', online_service: 'third', data_reused: 1 })).sort(), [
      'data_reused invalid_type', 'fee_due out_of_range', 'fee_paid invalid_type', 'online_service not_allowed'
    ])
    t.same(await issuesOf({ cancelled: false, status: 4, digitised_parts: 3, submitted_at: at('05-31') }), [])
  })

  t.test('is taken with a warning where it is odd', async t => {
    t.same(await warningsOf({ fee_due: 5, fee_paid: 6 }), ['/fee_paid paid_more_than_due'])
    const promised = { apology_at: at('06-01'), promised_at: at('06-10', '17:00:00') }
    t.same(await warningsOf({ code: 'b', ...promised }), ['/promised_at promise_before_due'])
    t.same(await warningsOf({ code: 'c', ...promised, due_at: null, fee_paid: 5 }), [])
    const { body: { items: [latest] } } = await get('/v1/imports', ADMIN)
    t.match((await get(`/v1/imports/${latest.id as number - 1}`, ADMIN)).body, { warnings: [{ code: 'promise_before_due', line: 1 }] })
  })

  t.test('comes back as it was sent, and is found unchanged, whatever it is', async t => {
    const dossiers = fc.array(countables, { minLength: 1, maxLength: 9 })
    await fc.assert(fc.asyncProperty(dossiers, async dossiers => {
      await forget(db)
      const items = dossiers.map((dossier, i) => (
        { ...itemOf({ ...dossier, code: `d-${i}`, unit: 'H56-380', procedure: '1.001193' }) }))
      if ((await send(db, items)).outcomes.some(outcome => outcome !== 'created')) throw new Error('not created')
      if ((await send(db, items)).outcomes.some(outcome => outcome !== 'unchanged')) throw new Error('not unchanged')
      const { body: { items: shown } } = await get('/v1/dossiers')
      t.match(shown, items.map(({ code, ...said }) => (
        { code, ...Object.fromEntries(DETAIL_NAMES.map(name => [name, said[name] ?? null])) })))
    }), { numRuns: runs(20) })
  })
})
