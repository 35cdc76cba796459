import fc from 'fast-check'
import t from 'tap'
import { isCertain, nationalDossier } from '../../../src/dossiers/national-sync/format/dossier.ts'
import { nationalIssue } from '../../../src/dossiers/national-sync/format/issues.ts'
import { checkOf } from '../../../src/contract/validation.ts'
import { DossierItem } from '../../../src/dossiers/schema.ts'
import { CODE, national } from './given.ts'

const NOW = Date.parse('2021-07-01T00:00:00+07:00')
const read = (given: Record<string, unknown>) => nationalDossier(national(given), NOW) as DossierItem
const faults = (given: Record<string, unknown>) => {
  const issues = nationalDossier(national(given), NOW)
  return Array.isArray(issues) ? issues.map(({ pointer, code }) => `${pointer} ${code}`) : []
}
const known = (item: DossierItem) => JSON.parse(JSON.stringify(item)) as object

t.test('a dossier of the national format is a record of this service', async t => {
  t.same(known(read({})), {
    code: CODE, unit: 'Phòng Tài chính', procedure: '1.001612', channel: 'direct', status: 4,
    received_at: '2021-05-31T08:00:00+07:00', due_at: '2021-06-10T17:00:00+07:00', finished_at: null, returned_at: null,
    submitted_at: null, refused_at: null, supplements: [], updated_at: '2021-05-31T01:00:00.004Z'
  })
  t.match(known(read({
    KenhThucHien: 2, TrangThaiHoSo: 10, NgayNopHoSo: '20210530090000', NgayKetThucXuLy: '20210608103000', NgayTra: '20210609090000',
    DanhSachHoSoBoSung: [{
      HoSoBoSungId: 1, NgayBoSung: '20210601080000', NgayTiepNhanBoSung: '20210602080000', NgayHenTraTruoc: '20210608170000',
      NgayHenTraMoi: '20210610170000', NoiDungBoSung: 'x', TrangThaiBoSung: '1'
    }, { NgayBoSung: '20210603080000', NgayTiepNhanBoSung: '' }]
  })), {
    channel: 'online', status: 10, submitted_at: '2021-05-30T09:00:00+07:00', finished_at: '2021-06-08T10:30:00+07:00',
    returned_at: '2021-06-09T09:00:00+07:00', updated_at: '2021-06-09T02:00:00.010Z', supplements: [{
      requested_at: '2021-06-01T08:00:00+07:00', completed_at: '2021-06-02T08:00:00+07:00',
      old_due_at: '2021-06-08T17:00:00+07:00', new_due_at: '2021-06-10T17:00:00+07:00'
    }, { requested_at: '2021-06-03T08:00:00+07:00', completed_at: null, old_due_at: null, new_due_at: null }]
  })
  t.match(read({ TrangThaiHoSo: '3', NgayTuChoi: '20210601080000' }), { refused_at: '2021-06-01T08:00:00+07:00' })
  t.same(['', null, undefined, '1', '2', '3', 3].map(KenhThucHien => read({ KenhThucHien }).channel), [
    'direct', 'direct', 'direct', 'direct', 'online', 'postal', 'postal'
  ])
})

t.test('dates come in three formats, in local time', async t => {
  for (const NgayTiepNhan of [
    '20210531080000', '2021-05-31T08:00:00', '31/05/2021 08:00:00', '2021-05-31T01:00:00Z', ' 20210531080000 ', '2021-05-31T08:00:00.4'
  ]) t.match(read({ NgayTiepNhan }), { updated_at: '2021-05-31T01:00:00.004Z' }, NgayTiepNhan)
  for (const none of ['', '  ', null, undefined, '00000000000000', '0000-00-00T00:00:00', '00/00/0000 00:00:00']) t.equal(read({ NgayHenTra: none }).due_at, null)
})

t.test('an impossible date is refused where it was sent, and never guessed', async t => {
  for (const wrong of [
    '20210231080000', '31/02/2021 08:00:00', '2021-02-31T08:00:00', '20210531', '31/05/2021', '2021-05-31', '20210531250000',
    '05/31/2021 08:00:00', '2021/05/31 08:00:00', '31-05-2021 08:00:00', 'Nguyễn Văn A', '0', '2021053108000x'
  ]) t.same(faults({ NgayHenTra: wrong }), ['/NgayHenTra malformed'], wrong)
  t.same(faults({ NgayHenTra: 20210531080000, NgayTra: {} }), ['/NgayHenTra invalid_type', '/NgayTra invalid_type'])
  t.same(faults({ NgayTiepNhan: '' }), ['/NgayTiepNhan missing'])
  t.same(faults({ NgayTiepNhan: '20210531080060' }), ['/NgayTiepNhan malformed'])
  t.same(faults({ DanhSachHoSoBoSung: [{}, { NgayBoSung: 'x' }, { NgayBoSung: '20210601080000', NgayHenTraMoi: 'x' }] }), [
    '/DanhSachHoSoBoSung/0/NgayBoSung missing', '/DanhSachHoSoBoSung/1/NgayBoSung malformed',
    '/DanhSachHoSoBoSung/2/NgayHenTraMoi malformed'
  ])
})

t.test('before it is accepted, a dossier has no date of reception', async t => {
  t.match(read({ TrangThaiHoSo: '1', NgayTiepNhan: '', NgayNopHoSo: '20210530090000' }), { received_at: '2021-05-30T09:00:00+07:00' })
  t.match(read({ TrangThaiHoSo: '3', NgayTiepNhan: '', NgayTuChoi: '20210530090000' }), { received_at: '2021-05-30T09:00:00+07:00' })
  t.same(faults({ TrangThaiHoSo: '1', NgayTiepNhan: '' }), ['/NgayTiepNhan missing'])
  t.same(faults({ TrangThaiHoSo: '2', NgayTiepNhan: '', NgayNopHoSo: '20210530090000' }), ['/NgayTiepNhan missing'])
})

t.test('a version is as new as what has happened last, and then as far as its status', async t => {
  const updated = (given: Record<string, unknown>) => read(given).updated_at
  t.equal(updated({ TrangThaiHoSo: '2' }), '2021-05-31T01:00:00.002Z')
  t.equal(updated({ NgayHenTra: '20210620170000', DanhSachHoSoBoSung: [{ NgayBoSung: '20210601080000', NgayHenTraMoi: '20210625170000' }] }),
    '2021-06-01T01:00:00.004Z', 'due dates do not count')
  t.equal(updated({ NgayTra: '20210801080000' }), '2021-05-31T01:00:00.004Z', 'nor what is to come')
  t.equal(updated({ NgayTiepNhan: '20210701230000' }), '2021-07-01T16:00:00.004Z', 'clocks differ')
  t.same(faults({ NgayTiepNhan: '20210702000000' }), ['/NgayTiepNhan out_of_range'])
})

t.test('what is no dossier is refused in every place where it is not', async t => {
  for (const other of [null, 1, 'x', [], true]) t.match(nationalDossier(other, NOW), [{ pointer: '', code: 'invalid_type' }])
  t.same((nationalDossier({}, NOW) as { pointer: string }[]).map(({ pointer }) => pointer), [
    '/MaHoSo', '/MaTTHC', '/TrangThaiHoSo', '/NgayTiepNhan'
  ])
  const wrong = { MaHoSo: 1, MaTTHC: ['x'], TrangThaiHoSo: {}, KenhThucHien: true, DanhSachHoSoBoSung: {}, TaiLieuNop: [1], DanhSachLePhi: 'x' }
  t.same(faults(wrong).sort(), [
    '/DanhSachHoSoBoSung invalid_type', '/DanhSachLePhi invalid_type', '/KenhThucHien not_allowed', '/MaHoSo invalid_type',
    '/MaTTHC invalid_type', '/TaiLieuNop/0 invalid_type', '/TrangThaiHoSo not_allowed'
  ])
  t.same(['0', '11', '04', 'x', 4.5].map(TrangThaiHoSo => faults({ TrangThaiHoSo })), Array(5).fill(['/TrangThaiHoSo not_allowed']))
})

t.test('a code is one that systems give, and no name, telephone or identity number', async t => {
  for (const MaHoSo of [
    CODE, 'H15.50.05.13-261008-0975', 'H21.65-220914-0011', '00352112000539', '03706/2026/07906', '000.00.00.G01-200101-000123'
  ]) t.match(read({ MaHoSo }), { code: MaHoSo })
  for (const MaHoSo of [
    'Nguyễn Văn A', 'NGUYENVANA1990', '0912345678', '038090001234', 'a@b.vn', 'Nguyen-210531-0001', `${CODE} Nguyễn Văn A`, '0912-345-678'
  ]) t.same(faults({ MaHoSo }), ['/MaHoSo malformed'], MaHoSo)
  for (const MaTTHC of ['1.001612', '2.000815.000.00.00.H56']) t.match(read({ MaTTHC }), { procedure: MaTTHC })
  for (const MaTTHC of ['Nguyễn Văn A', '0912345678', 'A.123456', '0.912345', '1.001612.Nguyen', '1.001612.000000.H56']) t.same(faults({ MaTTHC }), ['/MaTTHC malformed'])
})

t.test('digitisation and payment are counts and flags', async t => {
  const details = (given: Record<string, unknown>) => {
    const others = ['code', 'unit', 'procedure', 'channel', 'status', 'received_at', 'updated_at', 'supplements']
    return Object.fromEntries(Object.entries(known(read(given))).filter(
      ([name]) => !others.includes(name) && !/_at$/.test(name)))
  }
  t.same(details({}), {})
  t.same(details({
    TrangThaiHoSo: '9', NgayKetThucXuLy: '20210608103000', HoSoCoThanhPhanSoHoa: '1', TaiKhoanDuocXacThucVoiVNeID: '1', DuocThanhToanTrucTuyen: '2',
    TaiLieuNop: [
      { TenTepDinhKem: 'x', DuocSoHoa: '1', DuocTaiSuDung: 1, DuocLayTuKhoDMQG: true }, { DuocSoHoa: 'true', DuocTaiSuDung: '0' }, { DuocSoHoa: '0' }
    ],
    DanhSachGiayToKetQua: [{ DuongDanTepTinKetQua: '' }, { DuongDanTepTinKetQua: 'https://x' }],
    DanhSachLePhi: [{ Gia: '0' }, { Gia: '15000' }], DSKetNoiCSDL: [{ MaCSDL: 'x' }]
  }), {
    parts: 3, digitised_parts: 2, data_reused: true, national_store_parts: 1, electronic_result: true,
    has_fee: true, paid_online: true, payment_channel: 'online', databases_used: 1, identity_verified: true
  })
  t.same(details({
    TrangThaiHoSo: '9', NgayKetThucXuLy: '20210608103000', HoSoCoThanhPhanSoHoa: '0', DuocThanhToanTrucTuyen: '0', DanhSachGiayToKetQua: [{}],
    DanhSachLePhi: [{ Gia: 0 }, { Gia: 'x' }, {}], TaiKhoanDuocXacThucVoiVNeID: 'false', DSKetNoiCSDL: [], TaiLieuNop: []
  }), {
    digitised_parts: 0, electronic_result: false, has_fee: false, paid_online: false, identity_verified: false
  })
  t.same(details({ HoSoCoThanhPhanSoHoa: true, DanhSachGiayToKetQua: [{}], DanhSachLePhi: [{ Gia: 1 }], DuocThanhToanTrucTuyen: '' }), {
    digitised_parts: 1, has_fee: true
  })
  t.same(faults({ TaiLieuNop: [{ DuocSoHoa: 'x' }], DuocThanhToanTrucTuyen: '3', HoSoCoThanhPhanSoHoa: 'x' }).sort(), [
    '/DuocThanhToanTrucTuyen not_allowed', '/HoSoCoThanhPhanSoHoa not_allowed', '/TaiLieuNop/0/DuocSoHoa not_allowed'
  ])
})

t.test('what ingest finds is said in the terms of the sender, without a value', async t => {
  const issue = (pointer: string, code: 'unknown_procedure' | 'too_many_versions') => nationalIssue({ pointer, code, detail: 'of Nguyễn Văn A' })
  t.same(issue('/procedure', 'unknown_procedure'), {
    pointer: '/MaTTHC', code: 'unknown_procedure', detail: 'the catalogue has no procedure of this code'
  })
  t.match(issue('/supplements/0/new_due_at', 'too_many_versions'), {
    pointer: '/DanhSachHoSoBoSung/0/NgayHenTraMoi', detail: 'the dossier breaks the rule too_many_versions'
  })
  const related = { successors: ['H56-1'], predecessors: ['H56-2'] }
  t.match(nationalIssue({ pointer: '/unit', code: 'unit_not_valid', detail: 'x', ...related }), related)
  t.same(['', '/unit', '/updated_at'].map(pointer => issue(pointer, 'unknown_procedure').pointer), ['', '', ''])
})

t.test('a record of which that is certain has the shape of one', async t => {
  const check = checkOf(DossierItem)
  const date = fc.constantFrom('', '20210601080000', '2021-06-01T08:00:00.123456', '01/06/2021 08:00:00', '2021-06-01T08:00:00Z', '00010101000000')
  const flag = fc.constantFrom('', '0', '1', true)
  const many = (most: number) => fc.constantFrom(0, 1, most).map(length => Array<object>(length).fill({ NgayBoSung: '20210601080000' }))
  const sent = fc.record({
    MaHoSo: fc.constantFrom(CODE, '12345678901234567890', `${'000.'.repeat(40)}H56-210531-0001`), MaTTHC: fc.constantFrom('1.001612', '2.000815.000.00.00.H56'),
    KenhThucHien: fc.constantFrom('', '1', 3), TrangThaiHoSo: fc.integer({ min: 1, max: 10 }), NgayNopHoSo: date, NgayTiepNhan: date,
    NgayHenTra: date, NgayKetThucXuLy: date, NgayTra: date, NgayTuChoi: date, HoSoCoThanhPhanSoHoa: flag,
    TaiKhoanDuocXacThucVoiVNeID: flag,
    DuocThanhToanTrucTuyen: fc.constantFrom('', '0', '2'), DanhSachGiayToKetQua: many(2), DanhSachLePhi: many(2),
    DanhSachHoSoBoSung: many(2), TaiLieuNop: many(2), DSKetNoiCSDL: many(2)
  })
  let certain = 0
  fc.assert(fc.property(sent, given => {
    const item = nationalDossier(national(given), NOW)
    if (Array.isArray(item) || !isCertain(item)) return
    certain++
    t.same(check(known({ ...item, unit: 'H56-380' }), ''), [])
  }), { numRuns: 300, examples: [[{ ...fc.sample(sent, 1)[0], ...national() } as never]] })
  t.ok(certain > 0)
  for (const uncertain of [
    { MaHoSo: `${'000.'.repeat(40)}H56-210531-0001` }, { DanhSachHoSoBoSung: [{ NgayBoSung: '20210601080000' }] }, { TaiLieuNop: [{}] }, { DSKetNoiCSDL: [{}] },
    { NgayTiepNhan: '00010101010000' }
  ]) t.notOk(isCertain(read(uncertain)))
})
