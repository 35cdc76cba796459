import { sql } from 'kysely'
import { givenClient } from '../../client.ts'
import { ADMIN, forEachDatabase } from '../../database.ts'
import { pruneSteps } from '../../../src/dossiers/national-sync/steps.ts'
import { rebuildRollups } from '../../../src/dossiers/rollups/rebuild.ts'
import { item, mergeRollups, send } from '../given.ts'
import { CODE, forgetNational, message, national, steps, URL } from './given.ts'

const OTHER = '000.17.22.H56-210531-0002'
const NDJSON = { 'content-type': 'application/x-ndjson' }
const step = (ThoiDiemXuLy: string, TrangThai: string, MaHoSo = CODE) => ({ MaHoSo, ThoiDiemXuLy, TrangThai, NguoiXuLy: 'x' })

forEachDatabase('a message of the national format', async (t, service) => {
  const { get, post, db } = service
  t.afterEach(() => forgetNational(db))
  const stored = async (code = CODE) => (await get(`/v1/dossiers/${code}`)).body
  const sent = async (...data: unknown[]) => (await post(URL, message(data))).body
  const stepped = async (...data: unknown[]) => (await post(URL, steps(...data))).body

  t.test('is answered as its senders expect, with exact counts', async t => {
    const { status, body } = await post(URL, message([national(), national({ MaHoSo: OTHER, KenhThucHien: '2' })]))
    t.equal(status, 200)
    t.match(body, {
      error_code: '0', message: '2 received', received: 2, created: 2, rejected: 0, errors: [], outcomes: ['created', 'created']
    })
    t.match((await get(`/v1/imports/${body.import}`, ADMIN)).body, { state: 'done', source: 'one-stop', received: 2, created: 2 })
    t.match(await stored(), { unit: 'H56-380', status: 4, channel: 'direct', updated_at: '2021-05-31T08:00:00.004+07:00' })
    t.match(await sent(national()), { error_code: '0', unchanged: 1 })
    t.match((await get('/metrics')).text, /ingest_rows_total\{resource="national-sync\/dossiers",outcome="created"\} 2/)
  })

  t.test('leads to the same rows, sums and audit as a record of this service', async t => {
    const rows = async () => {
      await mergeRollups(db)
      const dossiers = await db.selectFrom('dossiers').selectAll().execute()
      const sums = await sql<object>`select * from dossier_sums_by_day order by 1, 2, 3, 4, 5`.execute(db)
      return [dossiers.map(({ write: _, ...row }) => row), sums.rows]
    }
    const ended = { TrangThaiHoSo: '10', KenhThucHien: '3', NgayKetThucXuLy: '20210608103000', NgayTra: '20210609090000' }
    await sent(national(ended))
    const { items } = (await get('/v1/audit?resource=dossiers&limit=1', ADMIN)).body
    t.match(items, [{ operation: 'postNationalDossiers', action: 'created', key: { code: CODE } }])
    const ofMessage = await rows()
    await forgetNational(db)
    await post('/v1/dossiers?source=one-stop', { items: [item({
      status: 10, channel: 'postal', finished_at: '2021-06-08T10:30:00+07:00', returned_at: '2021-06-09T09:00:00+07:00',
      updated_at: '2021-06-09T09:00:00.010+07:00'
    })] })
    t.same(ofMessage, await rows())
    t.same(await rebuildRollups(db), [])
  })

  t.test('may be a list with the rest in the address', async t => {
    const url = `${URL}&MaDinhDanhDV=H56-380&isUpdating=`
    t.match((await post(url, [national()])).body, { error_code: '0', created: 1 })
    t.match((await post(url, message([national()], { madonvi: '', service: null, isUpdating: false }))).body, { unchanged: 1 })
    t.match((await post(`${url}&service=`, [national()])).body, { unchanged: 1 })
    t.match((await post(`${url}&service=CapNhatTienDoHoSoMC`, [step('20210601080000', '6')])).body, { updated: 1 })
  })

  t.test('that cannot be taken is a problem, with what its senders read of any answer', async t => {
    const failed = { error_code: '-1', message: String, detail: String, status: Number }
    const answers = [
      await post(URL, '{', { 'content-type': 'application/json' }), await post(URL, message({})), await post(URL, 'a', { 'content-type': 'text/csv' }),
      await post(URL, message([]), { authorization: 'Bearer none' }), await post(`${URL}&x=1`, message([])),
      await post(URL, message(Array(10_001).fill({})))
    ]
    const given = answers.map(({ status, body }) => ({ status, body }))
    t.match(given, [400, 400, 415, 401, 400, 413].map(status => ({ status, body: failed })))
    for (const { body } of answers) t.equal(body.message, body.detail)
    t.equal((await post('/v1/dossiers', '{', { 'content-type': 'application/json' })).body.error_code, undefined)
  })

  t.test('is JSON whatever its sender calls it, or if it does not say', async t => {
    for (const type of ['text/json', 'text/plain; charset=utf-8', 'application/json; charset=utf-8']) {
      t.match(await post(URL, JSON.stringify(message([])), { 'content-type': type }), { status: 200, body: { error_code: '0' } }, type)
    }
    const { statusCode } = await service.app.inject({
      method: 'POST', url: URL, headers: ADMIN, payload: Buffer.from(JSON.stringify(message([])))
    })
    t.equal(statusCode, 200)
  })

  t.test('is taken as lines as well, one dossier a line', async t => {
    const url = `${URL}&MaDinhDanhDV=H56-380`
    const lines = [national(), national({ MaHoSo: OTHER }), national({ MaHoSo: 'x' }), 5].map(line => JSON.stringify(line)).join('\n')
    const { status, body } = await post(url, `${lines}\n{`, NDJSON)
    t.equal(status, 200)
    t.match(body, { error_code: '-1', received: 5, created: 2, rejected: 3, outcomes: null, errors: [
      { line: 3, pointer: '/MaHoSo', code: 'malformed' }, { line: 4, code: 'invalid_type' }, { line: 5, code: 'not_json' }
    ] })
    t.match((await get(`/v1/imports/${body.import}/errors`, ADMIN)).body.items, [{ pointer: '/MaHoSo' }, {}, {}])
    const key = { ...NDJSON, 'idempotency-key': 'national-lines' }
    const first = await post(url, `${lines}\n`, key)
    const again = await post(url, `${lines}\n`, key)
    t.equal(again.headers['idempotency-replayed'], 'true')
    t.same(again.body, first.body)
    t.match(await post(`${url}&service=CapNhatTienDoHoSoMC`, lines, NDJSON), { status: 400, body: { errors: [{ pointer: '/query/service', code: 'not_allowed' }] } })
    t.match(await post(URL, lines, NDJSON), { status: 400, body: { errors: [{ pointer: '/query/MaDinhDanhDV', code: 'missing' }] } })
  })

  t.test('stores what is sound and lists the rest, so that sending all of it again loses nothing', async t => {
    const data = [
      national(), national({ MaHoSo: OTHER, MaTTHC: '9.x' }), national({ MaHoSo: '000.17.22.H56-210531-0003', NgayHenTra: '20210231000000' }),
      national({ MaHoSo: '000.17.22.H56-210531-0004', TrangThaiHoSo: '9' })
    ]
    const { status, body } = await post(URL, message(data))
    t.equal(status, 200)
    t.match(body, {
      error_code: '-1', message: /^3 of 4 refused/, created: 1, rejected: 3, outcomes: ['created', 'rejected', 'rejected', 'rejected'], errors: [
        { line: 2, pointer: '/MaTTHC', code: 'malformed' }, { line: 3, pointer: '/NgayHenTra', code: 'malformed' },
        { line: 4, pointer: '', code: 'end_unknown' }
      ]
    })
    t.match((await get(`/v1/imports/${body.import}/errors`, ADMIN)).body.items, body.errors)
    t.match(await get(`/v1/imports/${body.import}`, ADMIN), { body: { rejected: 3, created: 1 } })
    const mended = [data[0], { ...data[1], MaTTHC: '1.001193' }, { ...data[2], NgayHenTra: '' }, { ...data[3], NgayTra: '20210601000000' }]
    t.match(await sent(...mended), { error_code: '0', unchanged: 1, created: 3 })
  })

  t.test('is a dry run where that is asked for', async t => {
    t.match((await post(`${URL}&dry_run=true`, message([national()]))).body, { import: null, created: 1, error_code: '0' })
    t.match((await post(`${URL}&dry_run=true`, message([national({ MaHoSo: '' })]))).body, { import: null, error_code: '-1' })
    t.match((await post(`${URL}&dry_run=true&MaDinhDanhDV=H56-380`, JSON.stringify(national()), NDJSON)).body, { created: 1 })
    t.equal((await get(`/v1/dossiers/${CODE}`)).status, 404)
  })

  t.test('has no date where its software writes the first instant of year 1', async t => {
    for (const none of ['00010101000000', '0001-01-01T00:00:00', '01/01/0001 00:00:00']) {
      t.match(await sent(national({ NgayHenTra: none, NgayTra: none })), { error_code: '0' }, none)
      t.match(await stored(), { due_at: null, returned_at: null })
      t.match(await sent(national({ MaHoSo: OTHER, NgayTiepNhan: none })), { errors: [{ pointer: '/NgayTiepNhan', code: 'missing' }] })
    }
  })

  t.test('leaves late what was late before a step asked for a supplement', async t => {
    const pending = async (to: string) => {
      const url = `/v1/on-time?basis=records&from=2021-06-01&to=${to}&method=handled&group_by=unit&unit=H56-380`
      const { items: [row] } = (await get(url)).body
      return [row.pending_in_time, row.pending_overdue]
    }
    await sent(national())
    t.same(await pending('2021-06-15'), [0, 1])
    t.match(await stepped(step('20210620080000', '5')), { updated: 1 })
    t.match(await stored(), { status: 5, supplements: [{ requested_at: '2021-06-20T08:00:00.000+07:00', completed_at: null }] })
    t.same(await pending('2021-06-15'), [0, 1], 'before the step')
    t.same(await pending('2021-06-25'), [1, 0], 'since then')
    t.match(await stepped(step('20210622080000', '5')), { unchanged: 1 })
    t.match(await stored(), { supplements: [{ requested_at: '2021-06-20T08:00:00.000+07:00' }] }, 'the first step says since when')
    t.match(await stepped(step('20210623080000', '4')), { updated: 1 })
    t.match(await stored(), { status: 4, supplements: [{
      requested_at: '2021-06-20T08:00:00.000+07:00', completed_at: '2021-06-23T08:00:00.000+07:00'
    }] }, 'a wait that is over is kept')
    t.same(await pending('2021-06-22'), [1, 0])
    t.same(await pending('2021-06-23'), [0, 1])
    const asked = (...completed: string[]) => ({ TrangThaiHoSo: '5', DanhSachHoSoBoSung: [{ NgayBoSung: '20210624080000', NgayTiepNhanBoSung: completed[0] ?? '' }] })
    await sent(national(asked()))
    t.match(await stepped(step('20210626080000', '5')), { unchanged: 1 })
    t.equal((await stored()).supplements.length, 1, 'what the dossier says of its waits stays')
    await sent(national(asked('20210625080000')))
    t.match(await stored(), { supplements: [{ completed_at: '2021-06-25T08:00:00.000+07:00' }, { requested_at: '2021-06-26T08:00:00.000+07:00' }] })
  })

  const waits = async () => (await stored()).supplements.map((one: Record<string, string | null>) => (
    [one['requested_at'], one['completed_at']].map(at => at?.slice(8, 10) ?? null)))
  const ended = { TrangThaiHoSo: '9', NgayKetThucXuLy: '20210630080000' }
  const days = (...steps: [day: string, status: string][]) => steps.map(([day, status]) => step(`202106${day}080000`, status))

  t.test('keeps the waits that steps tell when the dossier has ended, whichever comes first', async t => {
    const expected = [['05', '08'], ['20', '22']]
    for (const first of ['steps', 'dossier']) {
      await forgetNational(db)
      await sent(national())
      if (first === 'dossier') await sent(national(ended))
      await stepped(...days(['20', '5'], ['22', '6'], ['23', '9']))
      await stepped(...days(['05', '5'], ['06', '5'], ['08', '4']))
      if (first === 'steps') t.match(await sent(national(ended)), { updated: 1 })
      t.same(await waits(), expected, `${first} first`)
      t.match(await sent(national(ended)), { unchanged: 1 })
      t.match(await stepped(...days(['08', '4'])), { unchanged: 1 })
    }
    t.match(await stepped(...days(['30', '5'])), { unchanged: 1 }, 'no wait begins when it has ended')
    t.same(await rebuildRollups(db), [])
    await forgetNational(db)
    await stepped(...days(['05', '5'], ['08', '4']))
    await sent(national({ ...ended, NgayKetThucXuLy: '20210612080000' }))
    const late = (await get('/v1/on-time/lateness/dossiers?from=2021-06-01&to=2021-06-30&unit=H56-380')).body.items
    t.match(late, [{ code: CODE, cause: 'waiting' }])
  })

  t.test('ends the wait that the dossier lists by the step that follows', async t => {
    const asked = { TrangThaiHoSo: '5', DanhSachHoSoBoSung: [{ NgayBoSung: '20210605080000' }] }
    await sent(national(asked))
    t.match(await stepped(...days(['08', '4'])), { updated: 1 })
    t.same(await waits(), [['05', '08']])
    t.match(await stepped(...days(['12', '5'])), { updated: 1 }, 'and another begins')
    t.same(await waits(), [['05', '08'], ['12', null]])
    t.match(await stepped(...days(['07', '4'])), { updated: 1 }, 'a step that comes late')
    t.same(await waits(), [['05', '07'], ['12', null]])
    t.match(await sent(national({ ...ended, DanhSachHoSoBoSung: [{ NgayBoSung: '20210605080000', NgayTiepNhanBoSung: '20210606080000' }] })), { updated: 1 })
    t.same(await waits(), [['05', '06'], ['12', null]], 'what the dossier lists stays')
  })

  t.test('keeps what a dossier that has ended lists, though steps tell the same', async t => {
    const listed = { ...ended, DanhSachHoSoBoSung: [{ NgayBoSung: '20210605080000', NgayTiepNhanBoSung: '20210612080000' }] }
    const late = days(['08', '4'])
    for (const first of ['step', 'dossier']) {
      await forgetNational(db)
      await stepped(...days(['05', '5'], ['12', '4']))
      if (first === 'step') await stepped(...late)
      t.match(await sent(national(listed)), { created: 1 })
      if (first === 'dossier') t.match(await stepped(...late), { unchanged: 1 })
      t.same(await waits(), [['05', '12']], `${first} first`)
    }
    t.match(await sent(national(ended)), { updated: 1 }, 'a version that lists none')
    t.same(await waits(), [['05', '08']], 'is told by steps')
    const { items: [{ after }] } = (await get('/v1/audit?resource=dossiers&limit=1', ADMIN)).body
    t.same(Object.keys(after.supplements[0]).sort(), ['completed_at', 'new_due_at', 'old_due_at', 'requested_at'])
    t.match(await sent(national(listed)), { stale: 1 })
    t.same((await stored()).history.map(({ supplements }: { supplements: object[] }) => supplements), [
      [{ requested_at: '2021-06-05T08:00:00.000+07:00', completed_at: '2021-06-08T08:00:00.000+07:00', old_due_at: null, new_due_at: null }],
      [{ requested_at: '2021-06-05T08:00:00.000+07:00', completed_at: '2021-06-12T08:00:00.000+07:00', old_due_at: null, new_due_at: null }]
    ])
  })

  t.test('ends by a step the wait that a dossier lists which has ended, whichever comes first', async t => {
    const listed = national({ ...ended, DanhSachHoSoBoSung: [{ NgayBoSung: '20210605080000' }] })
    await sent(listed)
    t.match(await stepped(...days(['08', '4'])), { updated: 1 })
    t.same(await waits(), [['05', '08']])
    t.match(await sent(listed), { unchanged: 1 })
    await stepped(...days(['07', '4']))
    t.same(await waits(), [['05', '07']])
    await sql`delete from dossier_steps`.execute(db)
    await stepped(...days(['06', '4'], ['10', '5']))
    t.same(await waits(), [['05', '07'], ['10', null]], 'what forgotten steps have told stays')
  })

  t.test('of an older version is told from a new one whatever waits steps have added', async t => {
    await sent(national())
    await sent(national({ NgayHenTra: '20210615170000' }))
    await stepped(...days(['05', '5'], ['08', '4']))
    t.match(await sent(national()), { stale: 1 })
    t.match(await stored(), { due_at: '2021-06-15T17:00:00.000+07:00', supplements: { length: 1 } })
  })

  t.test('has no second effect under the same idempotency key', async t => {
    const key = { 'idempotency-key': 'national-1' }
    const first = await post(URL, message([national()]), key)
    const again = await post(URL, message([national()]), key)
    t.equal(again.headers['idempotency-replayed'], 'true')
    t.same(again.body, first.body)
  })

  t.test('that cannot be taken at all is a problem that names where', async t => {
    const refused = async (body: unknown, code: string, pointer?: string, status = 400) => {
      const answer = await post(URL, body)
      t.match(answer, { status, body: { code, errors: pointer === undefined ? [] : [{ pointer }] } })
      t.match(answer.body, { error_code: '-1', message: answer.body.detail })
    }
    await refused(message([], { service: 'XoaHoSo' }), 'invalid_request', '/service')
    await refused(message([], { madonvi: '' }), 'invalid_request', '/query/MaDinhDanhDV')
    await refused(message([], { madonvi: 5 }), 'invalid_request', '/madonvi')
    await refused(message([], { madonvi: 'Sở Nội vụ' }), 'invalid_request', '/madonvi')
    await refused(message(undefined), 'invalid_request', '/data')
    await refused(message({}), 'invalid_request', '/data')
    await refused(undefined, 'invalid_request', '')
    await refused(message(Array(10_001).fill(0)), 'too_many_items', undefined, 413)
    t.match(await post(URL, '{', { 'content-type': 'application/json' }), { status: 400, body: { code: 'malformed_request', detail: 'the body is not JSON in UTF-8' } })
    t.match(await post(`${URL}&x=1&dry_run=x`, message([])), { status: 400, body: { errors: [
      { pointer: '/query', code: 'unknown_property' }, { pointer: '/query/dry_run' }
    ] } })
  })

  t.test('names the unit by its office where that is a code, otherwise by the sender', async t => {
    await sent(national({ DonViXuLy: ' H56-381 ' }), national({ MaHoSo: OTHER, DonViXuLy: 'PTC' }))
    t.equal((await stored()).unit, 'H56-381')
    t.equal((await stored(OTHER)).unit, 'H56-380')
    const unknown = await post(URL, message([national({ DonViXuLy: 5 })], { madonvi: 'HuyenA' }))
    t.match(unknown.body, { error_code: '-1', errors: [{ line: 1, pointer: '', code: 'unknown_unit' }] })
    const { headers } = await givenClient(service, 'thanh-hoa-national', { scopes: ['write:dossiers'], source: 'one-stop', unit: 'H56-380' })
    const url = '/v1/national-sync/dossiers'
    t.match((await post(url, message([national({ DonViXuLy: 'H56-381' })]), headers)).body, { errors: [{ code: 'forbidden_unit' }] })
    t.match(await post(url, { ...steps(), madonvi: 'H56-381' }, headers), { status: 403, body: { errors: [{ pointer: '/madonvi', code: 'forbidden_unit' }] } })
    t.match(await post(URL, { ...steps(), madonvi: 'H56-999' }), { status: 400, body: { errors: [{ pointer: '/madonvi', code: 'unknown_unit' }] } })
  })

  t.test('warns as others do, in the terms of the sender', async t => {
    await post('/v1/procedures', { items: [{
      code: '9.123456', name: 'x', field: 'land', level: 'district', interlinked: 'none', valid_from: '2022-01-01'
    }] })
    t.match(await sent(national({ MaTTHC: 'x' }), national({ MaTTHC: '9.123456' })), {
      warning_count: 1, warnings: [{ line: 2, pointer: '/MaTTHC', code: 'procedure_not_in_force' }]
    })
  })

  t.test('of an older version, or of one that came before, changes nothing', async t => {
    const later = national({ NgayHenTra: '20210615170000' })
    t.match(await sent(national({ TrangThaiHoSo: '2' })), { created: 1 })
    t.match(await sent(national()), { updated: 1 })
    t.match(await sent(later), { updated: 1 })
    t.match(await sent(national()), { stale: 1 }, 'it came before')
    t.match(await sent(national({ TrangThaiHoSo: '2' })), { stale: 1 }, 'its status is behind')
    t.match(await sent(later), { unchanged: 1 })
    t.match(await stored(), { status: 4, due_at: '2021-06-15T17:00:00.000+07:00' })
    t.match(await sent(national({ TrangThaiHoSo: '9', NgayKetThucXuLy: '20210608103000' })), { updated: 1 })
    t.match(await sent(national({ TrangThaiHoSo: '4' })), { stale: 1 })
  })

  t.test('of a dossier of another source is refused', async t => {
    await send(db, [item({ updated_at: '2021-05-31T08:00:00.004+07:00' })], { source: 'other' })
    t.match(await sent(national()), { errors: [{ pointer: '/MaHoSo', code: 'other_source' }] })
  })

  t.test('holds steps, of which the newest gives a dossier in process its status', async t => {
    await sent(national({ TrangThaiHoSo: '2' }))
    t.match(await stepped(step('20210601080000', '4')), { error_code: '0', received: 1, updated: 1, outcomes: ['updated'] })
    t.match(await stored(), { status: 4, updated_at: '2021-05-31T08:00:00.002+07:00' })
    t.match(await stepped(step('20210603080000', '6'), step('20210602080000', '4'), step('20210603080000', '4')), {
      outcomes: ['updated', 'stale', 'stale']
    })
    t.match(await stepped(step('20210603090000', '4'), step('20210603100000', '6')), { outcomes: ['stale', 'unchanged'] })
    t.match(await stepped(step('20210604080000', '4')), { updated: 1 }, 'back again')
    t.match(await stepped(step('20210601080000', '4')), { unchanged: 1 })
    t.match(await sent(national({ TrangThaiHoSo: '2' })), { unchanged: 1 })
    t.equal((await stored()).status, 4)
    t.match(await sent(national({ TrangThaiHoSo: '2', NgayHenTra: '' })), { updated: 1 })
    t.match(await sent(national({ TrangThaiHoSo: '2' })), { stale: 1 }, 'an old file, whatever status the step gave it')
    t.match(await stored(), { status: 4, due_at: null })
    t.match(await stepped(step('20210609080000', '10')), { unchanged: 1 }, 'an end comes with the dossier')
    t.match(await sent(national({ TrangThaiHoSo: '9', NgayKetThucXuLy: '20210603080000' })), { updated: 1 })
    t.match(await stored(), { status: 9 })
    t.match(await stepped(step('20210610080000', '4')), { unchanged: 1 }, 'it has ended')
  })

  t.test('holds steps before their dossiers, of the same client alone', async t => {
    t.match(await stepped(step('20210601080000', '6'), step('20210601080000', '5', OTHER), { ...step('', '4') }, step('20990101000000', '4'), 5), {
      error_code: '-1', outcomes: ['unchanged', 'unchanged', 'rejected', 'rejected', 'rejected'], errors: [
        { line: 3, pointer: '/ThoiDiemXuLy', code: 'missing' }, { line: 4, pointer: '/ThoiDiemXuLy', code: 'out_of_range' }, { line: 5, code: 'invalid_type' }
      ]
    })
    await sent(national(), national({ MaHoSo: '000.17.22.H56-210531-0003' }))
    t.equal((await stored()).status, 6)
    const { headers } = await givenClient(service, 'another-national', { scopes: ['write:dossiers'], source: 'one-stop' })
    await post('/v1/national-sync/dossiers', message([national({ MaHoSo: OTHER })]), headers)
    t.equal((await stored(OTHER)).status, 4)
  })

  t.test('is forgotten, where it is a step that can change nothing any more', async t => {
    const left = async () => {
      await pruneSteps(db)
      return (await db.selectFrom('dossier_steps').select('code').orderBy('code').execute()).map(({ code }) => code.at(-1))
    }
    const of = (n: number) => `000.17.22.H56-210531-000${n}`
    const ended = { TrangThaiHoSo: '9', NgayKetThucXuLy: '20210608103000' }
    await stepped(...days(['05', '5'], ['06', '4']).map(one => ({ ...one, MaHoSo: of(5) })))
    await stepped(...[1, 2, 3, 4, 6].map(n => step('20210610080000', '6', of(n))))
    const age = async (days: number) => {
      await sql`update dossier_steps set at = now() - ${days} * interval '1 day' + status * interval '1 second'
        where code in (${of(4)}, ${of(5)}, ${of(6)})`.execute(db)
    }
    await age(300)
    await sent(national(), national({ MaHoSo: of(5), ...ended }), national({ MaHoSo: of(2), ...ended, NgayTra: '20210611080000' }), national({ MaHoSo: of(3), ...ended }),
      national({ MaHoSo: of(6), ...ended, DanhSachHoSoBoSung: [{ NgayBoSung: '20210605080000' }] }))
    t.same(await left(), ['1', '4', '5', '5', '6'], 'those of what has ended are gone, but for those that tell of a wait, or of its end')
    t.match(await sent(national({ NgayHenTra: '' })), { updated: 1 })
    t.equal((await stored()).status, 6)
    await sent(national({ NgayTra: '20210620080000' }))
    await age(367)
    t.same(await left(), [], 'after a year those of what has ended, or never came')
  })

  t.test('holds steps of dossiers that the catalogue would refuse by now', async t => {
    await sent(national())
    await sql`update units set reports_dossiers = false where id = 'H56-380'`.execute(db)
    t.match(await stepped(step('20210601080000', '6')), { error_code: '-1', outcomes: ['rejected'], errors: [{ line: 1, code: 'no_own_desk' }] })
    await sql`update units set reports_dossiers = true where id = 'H56-380'`.execute(db)
  })

  t.test('shows pairs whose codes differ in the running number only, and merges none', async t => {
    await sent(national(), national({ MaHoSo: '000.17.22.H56-210531-48213', DonViXuLy: '' }))
    const { items } = (await get('/v1/dossier-quality/dossiers?rule=possible_duplicate')).body
    t.same(items.map(({ code }: { code: string }) => code), [CODE, '000.17.22.H56-210531-48213'])
  })
})
