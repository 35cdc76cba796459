import { setTimeout as sleep } from 'node:timers/promises'
import { ADMIN, forEachDatabase } from '../../database.ts'
import { rebuildRollups } from '../../../src/dossiers/rollups/rebuild.ts'
import { PROCEDURE, takenIn, UNIT, waiting } from '../waiting/given.ts'
import { forgetNational, message, national, steps, URL } from './given.ts'

const NDJSON = { 'content-type': 'application/x-ndjson' }
const code = (n: number) => `000.17.22.H56-210531-000${n}`
const [KNOWN, PROCEDURE_TO_COME, UNIT_TO_COME, BOTH, NO_CODE, TWO, NO_DESK] = [1, 2, 3, 4, 5, 6, 7].map(code) as [
  string, string, string, string, string, string, string
]

/** As sent by hand of a sender, with what the catalogue does not have, and what it never will. */
const DATA = [
  national({ MaHoSo: KNOWN }),
  national({ MaHoSo: 'Nguyễn Văn A' }),
  national({ MaHoSo: PROCEDURE_TO_COME, MaTTHC: '9.999001' }),
  national({ MaHoSo: UNIT_TO_COME, DonViXuLy: ' H56.22.17 ' }),
  national({ MaHoSo: BOTH, DonViXuLy: 'H56.22.17', MaTTHC: '9.999001' })
]
const WAITS = [
  { line: 2, pointer: '/MaHoSo', code: 'malformed' },
  { line: 3, pointer: '/MaTTHC', code: 'waiting_for_procedure', detail: 'the catalogue has no procedure of this code; the dossier waits for it' },
  { line: 4, pointer: '', code: 'waiting_for_unit' },
  { line: 5, pointer: '', code: 'waiting_for_unit' }, { line: 5, pointer: '/MaTTHC', code: 'waiting_for_procedure' }
]

forEachDatabase('dossiers of the national format with codes that the catalogue does not have', async (t, { db, get, post }) => {
  t.teardown(() => forgetNational(db))
  const unknown = async () => (await get('/v1/unknown-codes')).body.items
  const errorsOf = async (id: number) => (await get(`/v1/imports/${id}/errors`, ADMIN)).body.items

  const until = async (isDone: (waiting: string[]) => boolean) => {
    for (let tries = 0; !isDone(await waiting(db)) && tries < 1_000; tries++) await sleep(20)
  }

  t.test('wait, in the terms of the sender, and nothing else is at fault', async t => {
    t.match((await post(`${URL}&dry_run=true`, message(DATA))).body, { import: null, error_code: '-1', created: 1, waiting: 3, rejected: 1 })
    t.same(await waiting(db), [])
    const { body } = await post(URL, message(DATA))
    t.match(body, {
      error_code: '-1', created: 1, waiting: 3, rejected: 1, errors: WAITS,
      outcomes: ['created', 'rejected', 'waiting', 'waiting', 'waiting']
    })
    t.match(await errorsOf(body.import), WAITS)
    t.match((await post(URL, message(DATA.slice(2)))).body, {
      error_code: '0', message: '3 received, of which 3 wait for codes that the catalogue does not have, see errors'
    })
    t.match(await unknown(), [{ kind: 'procedure', code: '9.999001', dossiers: 2 }, { kind: 'unit', code: 'H56.22.17', dossiers: 2 }])
    const lines = await post(`${URL}&MaDinhDanhDV=H56-380`, DATA.map(one => JSON.stringify(one)).join('\n'), NDJSON)
    t.match(lines.body, { error_code: '-1', unchanged: 1, waiting: 3, rejected: 1, errors: WAITS })
    t.match(await errorsOf(lines.body.import), WAITS)
    t.same(await waiting(db), [PROCEDURE_TO_COME, UNIT_TO_COME, BOTH])
  })

  t.test('are refused, unquoted, where the name of the unit is no code', async t => {
    const sent = { ...message([national({ MaHoSo: NO_CODE }), national({ MaHoSo: NO_CODE, MaTTHC: '9.999001' })]), madonvi: 'NguyenVanA' }
    const { body } = await post(URL, sent)
    t.match(body, { error_code: '-1', waiting: 0, rejected: 2, errors: [{ code: 'unknown_unit' }, { code: 'unknown_unit' }, { code: 'unknown_procedure' }] })
    t.notMatch(JSON.stringify([body, await errorsOf(body.import), await unknown()]), /Nguyen/)
    const ofSender = { ...message([national({ MaHoSo: NO_CODE, DonViXuLy: '' })]), madonvi: 'H56-777' }
    t.match((await post(URL, ofSender)).body, { error_code: '0', waiting: 1 })
  })

  t.test('wait in the version that came last, unless it is an old file', async t => {
    const version = (NgayHenTra: string) => message([national({ MaHoSo: PROCEDURE_TO_COME, MaTTHC: '9.999001', NgayHenTra })])
    const sent = async (due: string) => (await post(URL, version(due))).body
    t.match(await sent('20210611170000'), { waiting: 1 })
    t.match(await sent('20210612170000'), { waiting: 1 })
    t.match(await sent('20210611170000'), { stale: 1, waiting: 0 })
    t.match(await sent('20210612170000'), { waiting: 1 })
  })

  t.test('are not lost to an older file, whose dossier is there', async t => {
    const [old, newer] = [{}, { MaTTHC: '9.999002' }].map(given => message([national({ MaHoSo: TWO, ...given })]))
    t.match((await post(URL, old)).body, { created: 1 })
    t.match((await post(URL, newer)).body, { waiting: 1 })
    t.match((await post(URL, old)).body, { error_code: '0', received: 1, created: 0, updated: 0 })
    t.ok((await waiting(db)).includes(TWO))
    await post('/v1/procedures', { items: [{ ...PROCEDURE, code: '9.999002' }] })
    await until(all => !all.includes(TWO))
    t.match((await get(`/v1/dossiers/${TWO}`)).body, { procedure: '9.999002' })
  })

  t.test('say in the terms of the sender why they are not taken in', async t => {
    const { body } = await post(URL, message([national({ MaHoSo: NO_DESK, DonViXuLy: 'H56.77.77' })]))
    t.match(body, { waiting: 1 })
    await post('/v1/units', { items: [{ ...UNIT, code: 'H56-NO-DESK', reports_dossiers: false, aliases: ['one-stop:H56.77.77'] }] })
    await until(all => all.includes(`${NO_DESK} failed`))
    t.match(await errorsOf(body.import), [{ line: 1, pointer: '', code: 'no_own_desk', detail: 'the unit has no desk of its own' }])
    t.match((await post(URL, message([national({ MaHoSo: NO_DESK })]))).body, { created: 1 })
    t.notOk((await waiting(db)).some(each => each.startsWith(NO_DESK)))
  })

  t.test('are taken in by themselves when the codes are posted, with their steps', async t => {
    const step = { MaHoSo: PROCEDURE_TO_COME, ThoiDiemXuLy: '20210602080000', TrangThai: '6' }
    t.match((await post(URL, steps(step))).body, { error_code: '0', unchanged: 1 })
    await post('/v1/procedures', { items: [{ ...PROCEDURE, code: '9.999001' }] })
    await takenIn(db, [UNIT_TO_COME, BOTH, NO_CODE])
    t.match((await get(`/v1/dossiers/${PROCEDURE_TO_COME}`)).body, {
      unit: 'H56-380', procedure: '9.999001', status: 6, due_at: '2021-06-12T17:00:00.000+07:00', updated_at: '2021-05-31T08:00:00.004+07:00'
    })
    await post('/v1/units', { items: [{ ...UNIT, aliases: ['one-stop:H56.22.17', 'one-stop:H56-777'] }] })
    await takenIn(db)
    for (const each of [UNIT_TO_COME, BOTH, NO_CODE]) t.match((await get(`/v1/dossiers/${each}`)).body, { unit: 'H56-NEW', status: 4 })
    t.same([await unknown(), await rebuildRollups(db)], [[], []])
    t.match((await post(URL, message(DATA.slice(3)))).body, { error_code: '0', waiting: 0, unchanged: 2 })
  })
})
