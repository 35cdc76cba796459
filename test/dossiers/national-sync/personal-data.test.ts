import { gzipSync } from 'node:zlib'
import { sql } from 'kysely'
import { pino } from 'pino'
import { buildApp } from '../../../src/app.ts'
import type { Db } from '../../../src/database/connect.ts'
import { logOptions } from '../../../src/observability/log.ts'
import { EMBEDDED } from '../../copies.ts'
import { ADMIN, forEachDatabase } from '../../database.ts'
import { item, send } from '../given.ts'
import { takeAllIn } from '../waiting/given.ts'
import { message, national, steps } from './given.ts'

// Marks that stand for a person: in names, in addresses, and within numbers of identity cards and telephones.
const MARKS = /qxmark|5550190/i
const NAME = 'Nguyễn Qxmark Văn'
const IDENTITY = '038555019012'
const TELEPHONE = '0955501901'
const MAIL = 'qxmark@example.vn'
const LINK = 'https://example.vn/Qxmark/5550190.pdf'

/** All that a sender may say of a person, each in its place. */
const PERSONAL = {
  ChuHoSo: NAME, SoGiayToChuHoSo: IDENTITY, MaDoiTuong: IDENTITY, LoaiDoiTuong: '1', Email: MAIL, Fax: TELEPHONE, SoDienThoai: TELEPHONE,
  DiaChi: NAME, TrichYeuHoSo: `Hồ sơ của ${NAME}`, ThongTinKhac: NAME, ThongTinTra: NAME, GhiChu: NAME, NoiNopHoSo: NAME,
  DinhDanhCHS: [{ LoaiDinhDanh: '1', SoDinhDanh: IDENTITY }], DanhSachTepDinhKemKhac: [{ TenGiayTo: NAME, DuongDanTaiTepTin: LINK }],
  TaiLieuNop: [{ TepDinhKemId: IDENTITY, TenTepDinhKem: NAME, DuongDanTaiTepTin: LINK, MaThanhPhanHoSo: NAME, DuocSoHoa: '1' }],
  DanhSachLePhi: [{ TenPhiLePhi: NAME, MaPhiLePhi: NAME, HinhThucThu: NAME, Gia: '5550190', LoaiPhiLePhi: NAME }],
  DanhSachGiayToKetQua: [{ TenGiayTo: NAME, MaGiayToKetQua: IDENTITY, GiayToId: IDENTITY, DuongDanTepTinKetQua: LINK }],
  DanhSachHoSoBoSung: [{
    HoSoBoSungId: IDENTITY, NguoiYeuCauBoSung: NAME, NoiDungBoSung: NAME, NgayBoSung: '20210601080000', NguoiTiepNhanBoSung: NAME,
    ThongTinTiepNhan: NAME, NgayTiepNhanBoSung: '20210602080000', TrangThaiBoSung: NAME, DanhSachGiayToBoSung: [{ TenGiayTo: NAME }],
    DanhSachLePhiBoSung: [{ TenPhiLePhi: NAME }]
  }],
  DSKetNoiCSDL: [{ MaCSDL: NAME }], TenTTHC: NAME, MaLinhVuc: NAME, TenLinhVuc: NAME, DonViXuLy: NAME,
  [NAME]: NAME, Qxmark: { Qxmark: [NAME] }
}

/**
 * Messages are sent in four parts, each of which has every fault. The embedded database takes fewer dossiers, and each
 * fault still comes in one part.
 */
const QUARTER = EMBEDDED ? 250 : 800

/** The same in places that are for something else. */
const WRONG = ['MaHoSo', 'MaTTHC', 'KenhThucHien', 'TrangThaiHoSo', 'NgayNopHoSo', 'NgayTiepNhan', 'NgayHenTra', 'NgayKetThucXuLy', 'NgayTra',
  'NgayTuChoi', 'DanhSachHoSoBoSung', 'TaiLieuNop', 'HoSoCoThanhPhanSoHoa', 'DanhSachGiayToKetQua', 'DanhSachLePhi', 'DuocThanhToanTrucTuyen',
  'DSKetNoiCSDL', 'TaiKhoanDuocXacThucVoiVNeID', 'DonViXuLy'].flatMap(name => (
  [NAME, 'Qxmark', IDENTITY, TELEPHONE, MAIL, { Qxmark: NAME }, [NAME], [[NAME]], 55501901].map(value => ({ [name]: value }))))
const WRONG_WITHIN = [
  { DanhSachHoSoBoSung: [{ NgayBoSung: NAME, NgayTiepNhanBoSung: 'Qxmark', NgayHenTraMoi: IDENTITY }] }, { DanhSachHoSoBoSung: [NAME] },
  { TaiLieuNop: [{ DuocSoHoa: NAME, DuocTaiSuDung: IDENTITY, DuocLayTuKhoDMQG: { Qxmark: 1 } }] },
  { TaiLieuNop: [NAME, null] },
  { MaTTHC: '5.550190' }, { MaTTHC: '1.999999.Qxmark' }, { DonViXuLy: 'H56.Qxmark' }, { DonViXuLy: 'H56-038555019012', MaTTHC: '9.999999' },
  { MaTTHC: '1.001612', DonViXuLy: 'Qxmark' }, { NgayTiepNhan: '55501905550190' }, { TrangThaiHoSo: '9', NgayTra: '' },
  { NgayNopHoSo: '20210601080000', NgayTiepNhan: '20210531080000' }, { MaHoSo: `000.17.22.H56-210531-0001 ${NAME}` }
]
const FAULTS: object[] = [...WRONG, ...WRONG_WITHIN]

const code = (n: number) => `000.17.22.H56-21${String(101 + n % 200).padStart(4, '0')}-${String(n).padStart(6, '0')}`
/** Within an hour, as those that one desk receives at the same moment are compared with one another. */
const second = (n: number) => [n / 60, n].map(part => String(Math.trunc(part) % 60).padStart(2, '0')).join('')
/** The `n`-th of the dossiers: most are sound. */
const dossier = (n: number) => national({
  MaHoSo: code(n), NgayTiepNhan: `2021053108${second(n)}`, ...PERSONAL, ...n % 4 === 0 ? FAULTS[n / 4 % FAULTS.length] : {}
})
const dossiers = (from: number, count: number) => Array.from({ length: count }, (_, i) => dossier(from + i))

async function tablesOf (db: Db): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select quote_ident(relname) as name from pg_class join pg_namespace on pg_namespace.oid = relnamespace
    where nspname = 'public' and relkind in ('r', 'p')`.execute(db)
  return rows.map(({ name }) => name)
}

/** The tables in which any column of any row holds a text. */
async function tablesWith (db: Db, text: string): Promise<string[]> {
  const found: string[] = []
  for (const name of await tablesOf(db)) {
    const { rows: [row] } = await sql<{ found: boolean }>`
      select exists (select from ${sql.raw(name)} as t where t::text ~* ${text}) as found`.execute(db)
    if (row!.found) found.push(name)
  }
  return found
}

forEachDatabase('thousands of dossiers with marked persons', async (t, { db, post, get }) => {
  const logged: string[] = []
  const logger = pino(logOptions('trace'), { write: line => { logged.push(line) } })
  const app = await buildApp({ db, logger, corrections: { lookEvery: 3_600_000 }, http: { maxEventLoopDelay: 0 } })
  t.teardown(() => app.close())
  const answers: string[] = []
  const statuses = new Map<number, number>()
  const sendTo = async (query: string, payload: unknown, headers: Record<string, string> = {}) => {
    const url = `/v1/national-sync/dossiers?${query}`
    const request = { method: 'POST', url, payload: payload as object, headers: { ...ADMIN, ...headers } } as const
    const { statusCode, body, headers: answered } = await app.inject(request)
    answers.push(`${statusCode} ${body} ${JSON.stringify(answered)}`)
    statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1)
    return body
  }
  const SOURCE = 'source=one-stop'
  const BY_LINES = `${SOURCE}&MaDinhDanhDV=H56-380`
  const JSON_TYPE = { 'content-type': 'application/json' }
  const NDJSON = { 'content-type': 'application/x-ndjson' }

  // Of another source, so that some conflict.
  await send(db, [item({ code: code(1) })], { source: 'other' })
  let [received, created] = [0, 0]
  const counted = (body: string) => {
    const answer = JSON.parse(body) as { received: number, created: number }
    received += answer.received
    created += answer.created
  }
  for (let i = 0; i < 3; i++) counted(await sendTo(SOURCE, message(dossiers(i * QUARTER, QUARTER))))
  counted(await sendTo(BY_LINES, dossiers(3 * QUARTER, QUARTER).map(one => JSON.stringify(one)).join('\n'), NDJSON))
  t.equal(received, 4 * QUARTER)
  t.ok(created > 2.8 * QUARTER, `${created} created`)

  // Steps, sound and not.
  const step = {
    MaHoSo: code(1), NguoiXuLy: NAME, ChucDanh: NAME, ThoiDiemXuLy: '20210603080000', PhongBanXuLy: NAME, NoiDungXuLy: NAME, TrangThai: '6'
  }
  const otherSteps = [
    { MaHoSo: code(2) }, { MaHoSo: code(99_999) }, { MaHoSo: NAME }, { ThoiDiemXuLy: NAME }, { TrangThai: NAME },
    { TrangThai: [NAME] }, { ThoiDiemXuLy: 5550190 }
  ].map(given => ({ ...step, ...given }))
  await sendTo(SOURCE, steps(step, ...otherSteps, NAME, [NAME], { Qxmark: NAME }))
  await sendTo(SOURCE, { ...steps(step), madonvi: 'Qxmark' })

  // Messages at fault as a whole.
  const whole = JSON.stringify(message(dossiers(1, 3)))
  for (const text of [
    whole.slice(0, -9), whole.replace(`"${NAME}"`, NAME), `${NAME} ${whole}`, `"${NAME}"`, 'Qxmark', '', JSON.stringify([[NAME]]),
    whole.replace('"session"', '"__proto__"'), JSON.stringify({ ...message([]), data: { Qxmark: NAME } }), JSON.stringify({ Qxmark: NAME }),
    `{"data":${'['.repeat(100)}"${NAME}"${']'.repeat(100)}}`, `["${NAME}"]${' '.repeat(17 * 1024 * 1024)}`,
    JSON.stringify(message(Array(10_001).fill(NAME))),
    JSON.stringify(message(Array(600_000).fill(0), { session: NAME }))
  ]) await sendTo(SOURCE, text, JSON_TYPE)
  await sendTo(SOURCE, Buffer.from(whole, 'latin1'), JSON_TYPE)
  await sendTo(SOURCE, Buffer.from(whole), { ...JSON_TYPE, 'content-encoding': 'gzip' })
  await sendTo(SOURCE, gzipSync(whole), { ...JSON_TYPE, 'content-encoding': 'gzip' })
  await sendTo(SOURCE, whole, { 'content-type': `text/${MAIL}` })
  await sendTo(SOURCE, whole, { ...JSON_TYPE, 'idempotency-key': 'marked-1' })
  await sendTo(`${SOURCE}&dry_run=true`, whole, JSON_TYPE)
  for (const given of [
    { service: NAME }, { service: [NAME] }, { madonvi: NAME }, { madonvi: 'Qxmark' }, { madonvi: 'H56-Qxmark' }, { madonvi: 'H56.0955501901' }, { madonvi: { Qxmark: 1 } },
    { session: NAME, isUpdating: NAME }
  ]) await sendTo(SOURCE, message(dossiers(1, 2), given))
  const asked = encodeURIComponent(NAME)
  for (const query of [
    `${SOURCE}&${asked}=1`, `${SOURCE}&ChuHoSo=${asked}`, `source=${asked}`, 'source=qxmark', `${SOURCE}&dry_run=${asked}`, `${SOURCE}&service=${asked}`,
    `${SOURCE}&MaDinhDanhDV=${asked}`, `${SOURCE}&MaDinhDanhDV=Qxmark`, `${SOURCE}&isUpdating=${asked}`
  ]) await sendTo(query, dossiers(1, 2))

  // Lines at fault.
  const lines = [NAME, '{', `"${NAME}"`, JSON.stringify(NAME.repeat(5_000)), `{"${NAME}":`, JSON.stringify(dossier(3))].join('\n')
  await sendTo(BY_LINES, lines, NDJSON)
  await sendTo(BY_LINES, Buffer.from(lines, 'latin1'), NDJSON)
  await sendTo(`${SOURCE}&MaDinhDanhDV=${asked}`, lines, NDJSON)
  await sendTo(`${SOURCE}&MaDinhDanhDV=Qxmark`, lines, NDJSON)
  await sendTo(BY_LINES, `${NAME}\n`.repeat(50_000), NDJSON)

  // Without a right to send.
  const wrongKeys: Record<string, string>[] = [
    { authorization: '' }, { authorization: `Bearer ${MAIL}` }, { authorization: 'Basic UXhtYXJr' }, { 'x-api-key': MAIL }
  ]
  for (const headers of wrongKeys) await sendTo(`${SOURCE}&ChuHoSo=${asked}`, whole, { ...JSON_TYPE, ...headers })

  // Some of what waits is taken in, and some is refused then.
  t.equal((await post('/v1/procedures', { items: [{
    code: '9.999999', name: 'Thủ tục', field: 'land', level: 'district', interlinked: 'none', valid_from: '2020-01-01',
    statutory_working_days: 10
  }] })).status, 200)
  await takeAllIn(db)

  // Lists besides, which add what the tables hold.
  const pages = async (path: string) => {
    const texts: string[] = []
    for (let query: string | null = 'limit=5000'; query !== null;) {
      const { status, text, body } = await get(`${path}${path.includes('?') ? '&' : '?'}${query}`, ADMIN)
      if (status !== 200) throw new Error(`${path} ${text.slice(0, 200)}`)
      texts.push(text)
      // The feed of changes has a cursor at its end as well.
      const { next_cursor: next, more } = body as { next_cursor: string | null, more?: boolean }
      const cursor: string = more === undefined ? 'cursor' : 'since'
      query = next === null || more === false ? null : `limit=5000&${cursor}=${encodeURIComponent(next)}`
    }
    answers.push(...texts)
    return texts
  }
  const imports = (await pages('/v1/imports')).flatMap(text => (JSON.parse(text) as { items: { id: number }[] }).items)
  t.ok(imports.length > 10)
  const told: string[] = []
  for (const { id } of imports) {
    answers.push((await get(`/v1/imports/${id}`, ADMIN)).text)
    told.push(...await pages(`/v1/imports/${id}/errors`))
  }
  for (const sign of [/malformed/, /waiting_for_procedure/, /other_source/, /not_json/, /not_text/]) {
    t.ok(told.some(text => sign.test(text)), `errors of imports have ${sign.source}`)
  }
  const listed = await Promise.all([
    '/v1/audit', '/v1/changes', '/v1/unknown-codes', '/v1/dossiers', '/v1/source-conflicts'
  ].map(async path => [path, (await pages(path)).join('')] as const))
  for (const [path, text] of listed) t.match(text, /H56|5[.]550190/, `${path} has something to search`)
  for (const path of [`/v1/dossiers/${code(2)}`, '/v1/dossier-quality', '/metrics']) {
    answers.push((await get(path, ADMIN)).text)
  }
  await post('/v1/dossiers?source=one-stop', { items: [item({ code: 'control-9000001' })] })

  t.same([...statuses.keys()].sort(), [200, 400, 401, 413, 415], 'every kind of answer was met')
  t.same(await tablesWith(db, MARKS.source), [], 'no table holds a mark')
  t.ok((await tablesWith(db, 'control-9000001')).includes('dossiers'), 'what is there is found')
  t.ok((await tablesWith(db, '5[.]550190')).includes('waiting_dossiers'), 'codes wait')
  t.ok((await tablesWith(db, 'malformed')).includes('import_errors'))
  t.same(answers.filter(answer => MARKS.test(answer)).map(answer => answer.slice(0, 300)), [], 'no answer holds a mark')
  t.ok(logged.length > 50, 'requests are logged')
  t.same(logged.filter(line => MARKS.test(line)), [], 'no line of the log holds a mark')
})
