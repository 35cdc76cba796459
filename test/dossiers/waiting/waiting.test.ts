import { sql } from 'kysely'
import { inTransaction } from '../../../src/database/transaction.ts'
import { beginImport, endImport, pruneImports } from '../../../src/dossiers/imports/commands.ts'
import { noCounts } from '../../../src/dossiers/imports/counts.ts'
import { rebuildRollups } from '../../../src/dossiers/rollups/rebuild.ts'
import { retryFailedDossiers } from '../../../src/dossiers/waiting/commands.ts'
import { givenClient } from '../../client.ts'
import { ADMIN, forEachDatabase } from '../../database.ts'
import { forget, item, storedDossiers } from '../given.ts'
import { keeping, PROCEDURE, takeAllIn, takenIn, UNIT, waiting } from './given.ts'

const KEEP = '/v1/dossiers?source=one-stop&unknown_codes=keep'
const NDJSON = { ...ADMIN, 'content-type': 'application/x-ndjson' }
const lines = (...items: unknown[]) => items.map(one => `${JSON.stringify(one)}\n`).join('')
const LATER = { received_at: '2025-09-02T08:00:00+07:00', updated_at: '2025-09-02T08:00:00+07:00', due_at: null }
const at = (hour: number) => `2021-06-01T${String(hour).padStart(2, '0')}:00:00+07:00`

forEachDatabase('dossiers that name what the catalogue does not have', async (t, service) => {
  const { db, get, post, delete: remove } = service
  const codes = async (query = '', headers = {}) => (await get(`/v1/unknown-codes?${query}`, headers)).body.items
  const errorsOf = async (id: number) => (await get(`/v1/imports/${id}/errors`, ADMIN)).body.items
  const importOf = async (id: number) => (await get(`/v1/imports/${id}`, ADMIN)).body
  const of = (unit: string, procedure: string, code: string, given = {}) => item({ code, unit, procedure, ...given })
  const sent = [
    of('H56-380', '1.001612', 'a'), of('H56-380', '9.1', 'b'), of('one-stop:X1', '1.001612', 'c'), of('X1', '9.1', 'd')
  ]
  let id = 0

  t.test('are refused unless they are to be kept', async t => {
    t.match(await post('/v1/dossiers?source=one-stop', { items: sent }), { status: 422, body: { code: 'invalid_rows' } })
    t.match(await post('/v1/dossiers?source=one-stop&unknown_codes=maybe', { items: sent }), { status: 400 })
    t.match((await post('/v1/imports?source=one-stop', lines(...sent.slice(1)), NDJSON)).body, { rejected: 3, waiting: 0 })
    t.same([await waiting(db), await codes()], [[], []])
  })

  t.test('are tried out without keeping them', async t => {
    t.match((await post(`${KEEP}&dry_run=true`, { items: sent })).body, { import: null, created: 1, waiting: 3, errors: { length: 4 } })
    t.match((await post(`${KEEP}&dry_run=true`, lines(...sent), NDJSON)).body, { created: 1, waiting: 3, errors: { length: 4 } })
    t.same([await waiting(db), await codes()], [[], []])
  })

  t.test('wait, and the import says for what', async t => {
    const { status, body } = await post(KEEP, { items: sent }, { 'idempotency-key': 'once' })
    t.equal(status, 200)
    const errors = [
      { line: 2, pointer: '/procedure', code: 'waiting_for_procedure', detail: 'there is no procedure 9.1; the dossier waits for it' },
      { line: 3, pointer: '/unit', code: 'waiting_for_unit' },
      { line: 4, pointer: '/unit', code: 'waiting_for_unit' }, { line: 4, pointer: '/procedure', code: 'waiting_for_procedure' }
    ]
    t.match(body, { received: 4, created: 1, waiting: 3, rejected: 0, errors })
    id = body.import
    t.match(await importOf(id), { received: 4, created: 1, waiting: 3, taken_in: 0 })
    const { items } = (await get(`/v1/imports/${id}/errors?limit=3`, ADMIN)).body
    t.match([...items, ...(await errorsOf(id)).slice(3)], errors)
    t.equal((await get('/v1/dossiers/b')).status, 404)
    t.same((await get('/v1/dossiers')).body.items.map(({ code }: { code: string }) => code), ['a'])
    t.match(await post(KEEP, { items: sent }, { 'idempotency-key': 'once' }), {
      headers: { 'idempotency-replayed': 'true' }, body: { import: id, waiting: 3 }
    })
    t.same(await waiting(db), ['b', 'c', 'd'])
  })

  t.test('are counted by the code that is missing', async t => {
    t.match(await codes(), [
      { kind: 'procedure', code: '9.1', source: 'one-stop', dossiers: 2, failed: 0, first_seen_at: String, last_seen_at: String, import: id },
      { kind: 'unit', code: 'X1', dossiers: 1 }, { kind: 'unit', code: 'one-stop:X1', dossiers: 1 }
    ])
    t.equal((await codes()).length, 3)
    t.match(await codes('kind=procedure&source=one-stop'), [{ code: '9.1' }])
    t.same(await codes('source=other'), [])
    const first = (await get('/v1/unknown-codes?limit=1')).body
    t.match((await get(`/v1/unknown-codes?limit=1&cursor=${first.next_cursor}`)).body.items, [{ code: 'X1' }])
    t.match((await get('/v1/unknown-codes?format=csv')).text, /kind,code,source,dossiers.*[^]*procedure,9.1,one-stop,2,0,/)
  })

  t.test('belong to the newest import that sends them', async t => {
    const { body } = await post(KEEP, lines(...sent, ...sent), NDJSON)
    t.match(body, { received: 8, unchanged: 2, waiting: 6 })
    t.same([await errorsOf(id), (await errorsOf(body.import)).length], [[], 4])
    id = body.import
    t.same(await waiting(db), ['b', 'c', 'd'])
  })

  t.test('are kept with their import', async t => {
    await sql`update imports set changed_at = now() - interval '31 days'`.execute(db)
    await pruneImports(db)
    t.match((await get('/v1/imports', ADMIN)).body.items, [{ id }])
  })

  t.test('are taken in by themselves when it is posted, and only then count', async t => {
    await post('/v1/procedures', { items: [{ ...PROCEDURE, valid_from: '2021-06-01' }] })
    await takenIn(db, ['c', 'd'])
    t.match((await get('/v1/dossiers/b')).body, { procedure: '9.1', field: 'land', unit: 'H56-380' })
    t.match(await importOf(id), { waiting: 6, taken_in: 1, warning_count: 1, warnings: [{ line: Number, code: 'procedure_not_in_force' }] })
    t.match((await get('/v1/on-time?basis=records&period=2021-Q2&unit=H56')).body.items, [{ received: 2 }])
    t.match(await codes(), [{ kind: 'unit', code: 'X1' }, { code: 'one-stop:X1' }])
    await post('/v1/units', { items: [{ ...UNIT, aliases: ['one-stop:X1'] }] })
    await takenIn(db)
    t.match((await get('/v1/dossiers')).body.items, [{ code: 'a' }, { code: 'b' }, { code: 'c', unit: 'H56-NEW' }, { code: 'd', unit: 'H56-NEW' }])
    t.match(await importOf(id), { waiting: 6, taken_in: 3 })
    t.same([await codes(), await errorsOf(id), await rebuildRollups(db)], [[], [], []])
    const { items } = (await get('/v1/audit?resource=dossiers', ADMIN)).body
    t.match(items[0], { operation: 'takeInWaitingDossiers', client: 'tests', action: 'created' })
    t.match((await post(KEEP, { items: sent })).body, { received: 4, unchanged: 4, waiting: 0 })
  })

  t.test('leave what is odd about them with their import, also where it ends after they were taken in', async t => {
    const owner = { client: 'tests', province_code: '' }
    const opened = await inTransaction(db, trx => beginImport(trx, owner, { source: 'one-stop', dry_run: false, idempotency_key: null }))
    const keep = { import: opened, client: 'tests', province: '', lineOf: () => 2 }
    await keeping(db, [of('H56-380', '9.5', 'odd', { received_at: '2021-05-31T08:00:00+07:00', due_at: null })], { keep })
    await post('/v1/procedures', { items: [{ ...PROCEDURE, code: '9.5', valid_from: '2021-06-01' }] })
    await takenIn(db)
    t.match(await importOf(opened), { state: 'running', taken_in: 1, warning_count: 1, warnings: [{ line: 2 }] })
    const warnings = [{ line: 1, pointer: '/fee_paid', code: 'paid_more_than_due' as const, detail: 'x' }]
    for (const _ of ['done', 'the answer was lost']) {
      await inTransaction(db, trx => endImport(trx, owner, opened, 'done', { ...noCounts(), received: 2, waiting: 1, warning_count: 1, warnings }))
    }
    t.match(await importOf(opened), {
      state: 'done', received: 2, taken_in: 1, warning_count: 2,
      warnings: [{ line: 1, code: 'paid_more_than_due' }, { line: 2, code: 'procedure_not_in_force' }]
    })
    await forget(db)
  })

  t.test('are followed by what decisions and events of units bring', async t => {
    await keeping(db, [of('H56-380', '9.2', 'e'), of('H56-LATER', '1.001612', 'f', LATER)])
    await post('/v1/procedure-decisions', {
      effective_on: '2021-03-01', document: { number: '1', date: '2021-02-01', issuer: 'x' },
      new: [{ code: '9.2', name: 'Thủ tục', field: 'land', level: 'district', interlinked: 'none' }]
    })
    await takenIn(db, ['f'])
    t.match(await post('/v1/unit-changes', {
      effective_on: '2025-09-01', document: { number: '1', date: '2025-08-10', issuer: 'x' },
      events: [{ type: 'create', unit: { code: 'H56-LATER', name: 'Xã mới', kind: 'commune', level: 'commune', parent: 'H56', reports_dossiers: true } }]
    }), { status: 200 })
    await takenIn(db)
    await forget(db)
  })

  t.test('are refused at once where something else is wrong', async t => {
    const { outcomes, issues } = await keeping(db, [
      of('H56-380', '9.9', 'a', { status: 10, finished_at: '2021-05-01T08:00:00+07:00' }),
      of('H56-999', '9.9', 'b', { source: 'other' }), of('H56-380', '9.9', 'c', { cancelled: true })
    ])
    t.same(outcomes, ['rejected', 'rejected', 'rejected'])
    t.same([...issues.values()].map(each => each.map(({ code }) => code)), [
      ['unknown_procedure', 'end_before_received'], ['unknown_unit', 'unknown_procedure', 'forbidden_source'], ['unknown_procedure', 'not_allowed']
    ])
    t.same(await waiting(db), [])
  })

  t.test('are of one province in a batch', async t => {
    await post('/v1/units', { items: [{ ...UNIT, code: 'H99', kind: 'province', level: 'province', parent: null, reports_dossiers: true }] })
    const both = [of('H56-999', '9.9', 'a'), of('H56-380', '9.9', 'b'), of('H99', '9.9', 'c')]
    const { outcomes, issues } = await keeping(db, both)
    t.same([outcomes, issues.get(2)!.at(-1)!.code], [['waiting', 'waiting', 'rejected'], 'several_provinces'])
    await keeping(db, [of('H99', '9.9', 'c')])
    t.match((await remove('/v1/unknown-codes?kind=procedure&code=9.9&source=one-stop')).body, { dossiers: 3 })
    // Two that came in two batches are taken in by two.
    await keeping(db, [of('H56-380', '9.3', 'a'), of('H56-381', '9.3', 'b')])
    await keeping(db, [of('H99', '9.3', 'c')])
    await post('/v1/procedures', { items: [{ ...PROCEDURE, code: '9.3' }] })
    await takenIn(db)
    t.same((await storedDossiers(db)).map(({ code, province_code }) => [code, province_code]), [['a', 'H56'], ['b', 'H56'], ['c', 'H99']])
    await forget(db)
  })

  t.test('give way to what is newer, or as new, and is known', async t => {
    await keeping(db, [1, 2, 3, 4].map(n => of('H56-380', '9.9', `${n}`, { updated_at: at(9) })))
    await keeping(db, [
      of('H56-380', '1.001612', '1', { updated_at: at(10) }), of('H56-380', '1.001612', '2', { updated_at: at(9) }),
      of('H56-380', '1.001612', '3', { updated_at: at(8) }), { code: '4', unit: 'H56-380', updated_at: at(10), deleted: true }
    ])
    t.same(await waiting(db), ['3'])
    t.match(await codes(), [{ code: '9.9', dossiers: 1 }])
    await remove('/v1/unknown-codes?kind=procedure&code=9.9&source=one-stop')
    await forget(db)
  })

  t.test('wait as they stand last', async t => {
    const version = (hour: number, given = {}) => of('H56-380', '9.9', 'v', { updated_at: at(hour), ...given })
    const outcomes = async (...items: object[]) => (await keeping(db, items)).outcomes
    t.same(await outcomes(version(9)), ['waiting'])
    t.same([await outcomes(version(10)), await waiting(db)], [['waiting'], ['v', 'v']])
    t.same([await outcomes(version(11)), await waiting(db)], [['waiting'], ['v', 'v']], 'what is in between leaves no trace')
    t.same([await outcomes(version(10)), await waiting(db)], [['stale'], ['v', 'v']])
    t.same([await outcomes(version(11)), await waiting(db)], [['waiting'], ['v', 'v']])
    const twice = [version(11, { channel: 'postal' }), version(11, { channel: 'online' })]
    t.same([await outcomes(...twice), await waiting(db)], [['waiting', 'waiting'], ['v', 'v', 'v']], 'of one time the last')
    t.same([await outcomes(...twice), await waiting(db)], [['waiting', 'waiting'], ['v', 'v', 'v']])
    t.same([await outcomes(version(11, { channel: 'postal' })), await waiting(db)], [['waiting'], ['v', 'v', 'v']])
    t.same([await outcomes(version(12, { unit: 'H56-381' })), await waiting(db)], [['waiting'], ['v', 'v', 'v', 'v']])
    t.same(await outcomes(version(8, { deleted: false })), ['waiting'], 'what takes a deletion back may be older')
    t.match(await codes(), [{ code: '9.9', dossiers: 1 }])
    await post('/v1/procedures', { items: [{ ...PROCEDURE, code: '9.9' }] })
    await takenIn(db)
    t.match(await storedDossiers(db), [{ code: 'v', unit: 'H56-381' }])
    t.same(await rebuildRollups(db), [])
    await forget(db)
  })

  t.test('keep the last version in a place from which rows that come together go away and come back', async t => {
    const version = (hour: number, given = {}) => of('H56-380', '9.57', 'w', { updated_at: at(hour), ...given })
    for (const hour of [8, 10]) await post(KEEP, { items: [version(hour)] })
    await post(KEEP, { items: [version(12, { unit: 'H56-381' }), version(13)] })
    t.same(await waiting(db), ['w', 'w', 'w', 'w'])
    await post('/v1/procedures', { items: [{ ...PROCEDURE, code: '9.57' }] })
    await takenIn(db)
    t.same(await rebuildRollups(db), [])
    await forget(db)
  })

  t.test('are not kept where a version of the same time that came later names what is there', async t => {
    const [waits, known] = [of('H56-380', '9.58', 's'), of('H56-380', '1.001612', 's')]
    t.match((await post(KEEP, { items: [waits, known] })).body, { created: 1, stale: 1, waiting: 0 })
    t.match((await post(KEEP, { items: [known, waits] })).body, { unchanged: 1, waiting: 1 })
    t.match((await post(KEEP, { items: [known] })).body, { unchanged: 1 })
    t.same(await waiting(db), [], 'sent again, it is the last of its time')
    await forget(db)
  })

  t.test('that are at fault when it is posted are listed with that, and tried again when they are sent again', async t => {
    const { body } = await post(KEEP, { items: [of('H56-DESK', '1.001612', 'a')] })
    await post('/v1/units', { items: [{ ...UNIT, code: 'H56-DESK', reports_dossiers: false }] })
    await takenIn(db, ['a failed'])
    t.match(await errorsOf(body.import), [{ line: 1, pointer: '/unit', code: 'no_own_desk' }])
    t.match(await codes(), [{ kind: 'unit', code: 'H56-DESK', dossiers: 0, failed: 1 }])
    await takeAllIn(db)
    t.same(await waiting(db), ['a failed'])
    await sql`update units set reports_dossiers = true where id = 'H56-DESK'`.execute(db)
    await retryFailedDossiers(db)
    await takeAllIn(db)
    t.same([await waiting(db), (await storedDossiers(db)).length], [[], 1])
    await retryFailedDossiers(db)
    await keeping(db, [of('H56-ENDED', '1.001612', 'b')])
    await post('/v1/units', { items: [{ ...UNIT, code: 'H56-ENDED', valid_to: '2021-01-31' }] })
    await takenIn(db, ['b failed'])
    t.match((await get('/v1/unknown-codes')).body.items, [{ failed: 1 }])
    t.same((await keeping(db, [of('H56-ENDED', '1.001612', 'b', { received_at: '2021-01-04T08:00:00+07:00', status: 10, finished_at: '2021-01-05T08:00:00+07:00' })])).outcomes, ['created'])
    t.same(await waiting(db), [])
    await forget(db)
  })

  t.test('that were not taken in are listed with the units that came after theirs', async t => {
    const { body } = await post(KEEP, { items: [of('H56-A@2021-05-01', '1.001612', 'a'), of('H56-OLD', '1.001612', 'b')] })
    await post('/v1/units', { items: [{ ...UNIT, code: 'H56-OLD', valid_from: '2020-01-01' }] })
    await takenIn(db, ['a'])
    t.match(await errorsOf(body.import), [{ line: 1, code: 'waiting_for_unit' }])
    const failed = { pointer: '/unit', code: 'unit_not_valid', detail: 'x', successors: ['H56-380'], predecessors: [] }
    await sql`update waiting_dossiers set failed = true, issues = ${JSON.stringify([failed])}::jsonb`.execute(db)
    await post('/v1/procedures', { items: [] })
    t.same(await errorsOf(body.import), [{ line: 1, ...failed }])
    await remove('/v1/unknown-codes?kind=unit&code=H56-A@2021-05-01&source=one-stop')
    await forget(db)
  })

  t.test('are counted by what is still missing, whichever of their procedure and unit was posted first', async t => {
    await keeping(db, [of('H56-FIRST', '9.41', 'unit-first'), of('H56-FIRST', '9.42', 'both'), of('H56-LAST', '9.42', 'procedure-first')])
    await post('/v1/units', { items: [{ ...UNIT, code: 'H56-FIRST' }] })
    t.match(await codes(), [{ code: '9.41', dossiers: 1 }, { code: '9.42', dossiers: 2 }, { code: 'H56-LAST', dossiers: 1 }])
    t.equal((await codes()).length, 3)
    await post('/v1/procedures', { items: [{ ...PROCEDURE, code: '9.42' }] })
    await takenIn(db, ['unit-first', 'procedure-first'])
    t.match(await codes(), [{ code: '9.41' }, { code: 'H56-LAST' }])
    t.equal((await codes()).length, 2)
    for (const which of ['kind=procedure&code=9.41', 'kind=unit&code=H56-LAST']) await remove(`/v1/unknown-codes?${which}&source=one-stop`)
    await forget(db)
  })

  t.test('are deleted by a code that can be one', async t => {
    t.match(await remove('/v1/unknown-codes?kind=procedure&code=9%00'), { status: 400, body: { errors: [{ pointer: '/query/code', code: 'not_text' }] } })
  })

  t.test('are deleted by code, which the audit says', async t => {
    await keeping(db, [of('H56-380', '9.8', 'a'), of('H56-380', '9.8', 'b'), of('H56-999', '9.8', 'c')])
    t.match(await remove('/v1/unknown-codes?kind=procedure&code=9.8'), { status: 400, body: { errors: [{ pointer: '/query/source', code: 'missing' }] } })
    t.match((await remove('/v1/unknown-codes?kind=unit&code=9.8&source=one-stop')).body, { dossiers: 0 })
    t.match((await remove('/v1/unknown-codes?kind=procedure&code=9.8&source=one-stop', { 'x-reason': 'never' })).body, { dossiers: 3 })
    t.same([await waiting(db), await codes()], [[], []])
    t.match((await get('/v1/audit?resource=unknown-codes&limit=2', ADMIN)).body.items, [
      { action: 'deleted', key: { kind: 'procedure', code: '9.8', source: 'one-stop' }, before: { dossiers: Number }, reason: 'never' }, {}
    ])
  })

  t.test('are within the reach of the key that sent them', async t => {
    const scopes = ['read', 'write:dossiers']
    const own = await givenClient(service, 'own', { scopes, source: 'shared', unit: 'H56-380' })
    const other = await givenClient(service, 'other', { scopes, source: 'shared', unit: 'H56-381' })
    const { body } = await post('/v1/dossiers?unknown_codes=keep', { items: [of('H56-380', '9.8', 'a'), of('H56-NOWHERE', '1.001612', 'b')] }, own.headers)
    t.match(body, { waiting: 2 })
    t.match(await post('/v1/dossiers?unknown_codes=keep', { items: [of('H56-380', '9.8', 'a')] }, other.headers), { status: 403 })
    const mine = await codes('', own.headers)
    t.match(mine, [{ kind: 'procedure', code: '9.8', dossiers: 1 }, { kind: 'unit', code: 'H56-NOWHERE' }])
    t.same([await codes('', other.headers), await codes()], [[], mine])
    t.match((await remove('/v1/unknown-codes?kind=procedure&code=9.8', other.headers)).body, { dossiers: 0 })
    t.match(await remove('/v1/unknown-codes?kind=procedure&code=9.8&source=one-stop', other.headers), { status: 403 })
    // What another key sends under the same code has no influence.
    await post('/v1/dossiers?unknown_codes=keep', { items: [of('H56-381', '1.001612', 'a', { updated_at: at(12) })] }, other.headers)
    t.same(await waiting(db), ['a', 'b'])
    await post('/v1/units', { items: [{ ...UNIT, code: 'H56-NOWHERE' }] })
    await takenIn(db, ['a', 'b failed'])
    t.match((await get(`/v1/imports/${body.import}/errors`, own.headers)).body.items, [{ code: 'waiting_for_procedure' }, { line: 2, code: 'forbidden_unit' }])
    t.match((await remove('/v1/unknown-codes?kind=procedure&code=9.8', own.headers)).body, { dossiers: 1 })
    t.match((await remove('/v1/unknown-codes?kind=unit&code=H56-NOWHERE', own.headers)).body, { dossiers: 1 })
    await forget(db)
  })

  t.test('are at most 100 of a dossier, of which those that come together and tell nothing are left out', async t => {
    const version = (minute: number, given = {}) => of('H56-380', '9.6', 'many', {
      updated_at: `2021-06-01T${String(8 + Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}:00+07:00`, ...given
    })
    const all = (from: number, given: (i: number) => object = () => ({})) => (
      Array.from({ length: 150 }, (_, i) => version(from + i, given(i))))
    t.same((await keeping(db, all(0))).outcomes, Array(150).fill('waiting'))
    t.same(await waiting(db), ['many', 'many'])
    await keeping(db, all(150))
    t.equal((await waiting(db)).length, 3, 'the newest of those before')
    const moving = await keeping(db, all(300, i => ({ unit: i % 2 === 0 ? 'H56-381' : 'H56-380' })))
    t.same(moving.outcomes.filter(outcome => outcome === 'waiting').length, 97)
    t.same([moving.outcomes.at(-1), moving.issues.get(149)!.map(({ code }) => code)], ['rejected', ['too_many_versions']])
    t.equal((await waiting(db)).length, 100, 'none that waited is between others, as the first goes elsewhere')
    await remove('/v1/unknown-codes?kind=procedure&code=9.6&source=one-stop')
  })

  t.test('do not wait where a newer version of the dossier is stored, unless they take a deletion back', async t => {
    const { outcomes } = await keeping(db, [
      of('H56-380', '9.6', 'z', { updated_at: at(9) }), of('H56-380', '1.001612', 'z', { updated_at: at(10) })
    ])
    t.same([outcomes, await waiting(db)], [['stale', 'created'], []])
    t.same((await keeping(db, [of('H56-380', '9.6', 'z', { updated_at: at(9) })])).outcomes, ['stale'])
    t.same((await keeping(db, [of('H56-380', '9.6', 'z', { updated_at: at(9), deleted: false })])).outcomes, ['waiting'])
    t.same((await keeping(db, [of('H56-380', '9.6', 'z', { updated_at: at(11) })])).outcomes, ['waiting'])
    await remove('/v1/unknown-codes?kind=procedure&code=9.6&source=one-stop')
    await forget(db)
  })

  t.test('are no more than 100 000 of a client, which leaves room for others of the source', async t => {
    await sql`
      insert into waiting_dossiers (province_code, source, code, updated_at, owner, missing_procedure, item, client, import, line, issues)
      select 'H56', 'one-stop', 'w-' || n, now(), 'H56-380', '9.7', '{}', 'tests', 1, 1, '[]' from generate_series(1, 99999) as n`.execute(db)
    const { outcomes, issues } = await keeping(db, [of('H56-380', '9.7', 'a'), of('H56-380', '9.7', 'b')])
    t.same([outcomes, issues.get(1)!.map(({ code }) => code)], [['waiting', 'rejected'], ['too_many_waiting']])
    t.same((await keeping(db, [of('H56-380', '9.7', 'c')])).outcomes, ['rejected'])
    t.same((await keeping(db, [of('H56-380', '9.7', 'a', { correction: true })])).outcomes, ['rejected'])
    t.ok((await waiting(db)).includes('a'), 'and what it would take the place of goes on waiting')
    t.same((await keeping(db, [of('H56-380', '9.7', 'c')], { source: 'other' })).outcomes, ['waiting'])
    const keep = { import: 1, client: 'another', province: '', lineOf: () => 1 }
    t.same((await keeping(db, [of('H56-380', '9.7', 'd')], { keep })).outcomes, ['waiting'])
    await sql`delete from waiting_dossiers`.execute(db)
  })
})
