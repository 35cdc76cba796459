import { Type, type Static, type TProperties } from 'typebox'
import { Example, Named, Nullable, OneOf, Ref } from '../../contract/fields.ts'
import { OUTCOMES } from '../../writes/outcomes.ts'
import { DossierAnswer, MAX_SUPPLEMENTS, PostQuery, STATUS_MEANINGS } from '../schema.ts'

/** A part of the contract that may have any other property as well. */
function Open<P extends TProperties> (name: string, description: string, properties: P) {
  return Type.Object(properties, { $id: name, description, additionalProperties: true })
}

const Text = (description: string) => Type.Optional(Nullable(Type.String({ description })))
const Date = (description: string) => Text(`${description} \`yyyyMMddHHmmss\`, also \`yyyy-MM-ddTHH:mm:ss\` and ` +
  '`dd/MM/yyyy HH:mm:ss`, in local time (+07:00). Empty, zeros alone or the first instant of year 1: none.')
const Flag = (description: string) => Type.Optional(Type.Unsafe<string | number | boolean | null>({
  description: `${description} \`1\` or \`true\`, \`0\` or \`false\`. Empty: unknown.`, type: ['string', 'number', 'boolean', 'null']
}))
const Number = (description: string) => Type.Unsafe<string | number>({ description, type: ['string', 'number'] })

export const NationalDossier = Open('NationalDossier', 'A dossier as one-stop systems send it to the national portal, of which these ' +
  'properties are read. An empty list says nothing: there is software that sends all lists empty. Any other property is dropped ' +
  'unread: the applicant, identity numbers, telephone, e-mail and address, free ' +
  'texts, names of documents and addresses of files.', {
  MaHoSo: Type.String({
    description: 'Code: `000.17.22.H56-210531-0001`, `H15.50.05.13-261008-0975`, 13 digits or more, or `03706/2026/07906`. Any other ' +
      'text is refused (`malformed`): it could be a name or a number of a person.'
  }),
  MaTTHC: Type.String({ description: 'Code of the procedure, such as `1.001612` or `2.000815.000.00.00.H56`. Any other text is ' +
      'refused (`malformed`).' }),
  KenhThucHien: Type.Optional(Nullable(Number('`1` or empty: direct, `2`: online, `3`: by post.'))),
  TrangThaiHoSo: Number(`National status: ${STATUS_MEANINGS}.`),
  DonViXuLy: Text('The office. Where it is a code or an alias of a unit, the dossier is of that unit. Where it only looks like a code, as ' +
    '`H56-380`, `H56.22.17` or `000.17.22.H56` do, the dossier waits for that unit. Otherwise it is of the unit of the sender: names are ' +
    'not looked up.'),
  NgayNopHoSo: Date('When it was filed, not after it was received.'),
  NgayTiepNhan: Date('When it was received. With status 1 and 3 it may be empty: then `NgayNopHoSo` or `NgayTuChoi` stands for it, ' +
    'and the dossier counts nowhere.'),
  NgayHenTra: Date('When the result is due.'),
  NgayKetThucXuLy: Date('When processing ended, or the dossier was withdrawn or stopped. With status 9 and 10 this or `NgayTra` is needed.'),
  NgayTra: Date('When the result was returned.'),
  NgayTuChoi: Date('When it was refused.'),
  DanhSachHoSoBoSung: Type.Optional(Nullable(Type.Array(Type.Object({
    NgayBoSung: Date('When the supplement was requested. Needed.'),
    NgayTiepNhanBoSung: Date('When it was complete.'),
    NgayHenTraTruoc: Date('Due date until the request.'),
    NgayHenTraMoi: Date('Due date from the completion on.')
  }), { description: 'Requests for supplements.', maxItems: MAX_SUPPLEMENTS }))),
  TaiLieuNop: Type.Optional(Nullable(Type.Array(Type.Object({
    DuocSoHoa: Flag('Whether the part is digitised.'), DuocTaiSuDung: Flag('Whether it was reused.'),
    DuocLayTuKhoDMQG: Flag('Whether it was taken from the national store.')
  }), { description: 'Parts of the dossier, which are counted.' }))),
  HoSoCoThanhPhanSoHoa: Flag('Whether any part is digitised. Read where `TaiLieuNop` is not given; then 1 is at least one part.'),
  DanhSachGiayToKetQua: Type.Optional(Nullable(Type.Array(Type.Object({
    DuongDanTepTinKetQua: Text('Address of the file. Only whether there is one is kept.')
  }), { description: 'Results. With status 9 and 10 the result is electronic where one of them has a file.' }))),
  DanhSachLePhi: Type.Optional(Nullable(Type.Array(Type.Object({
    Gia: Type.Optional(Nullable(Number('Amount. Only whether any is more than 0 is kept.')))
  }), { description: 'Fees and charges.' }))),
  DuocThanhToanTrucTuyen: Type.Optional(Nullable(Number('Paid online: `1` through the gateway of the national portal, `2` through one of ' +
    'the province, `0` not. Empty: unknown.'))),
  DSKetNoiCSDL: Type.Optional(Nullable(Type.Array(Type.Object({}), { description: 'Databases that it used, which are counted.' }))),
  TaiKhoanDuocXacThucVoiVNeID: Flag('Whether the account of the applicant is verified by VNeID.')
})

export const NationalStep = Open('NationalStep', 'A step in the processing of a dossier (`CapNhatTienDoHoSoMC`), of which these ' +
  'properties are read. Any other is dropped unread: who took it, and what was written.', {
  MaHoSo: Type.String({ description: 'Code of the dossier.' }),
  ThoiDiemXuLy: Date('When the step was taken. Needed.'),
  TrangThai: Number('National status of the dossier since then. Only of dossiers in process (2, 4, 5, 6).')
})

const EXAMPLE = {
  MaHoSo: '000.17.22.H56-210531-0009', MaTTHC: '1.001612', KenhThucHien: '2', NgayTiepNhan: '20210531080000', NgayHenTra: '20210610170000',
  TrangThaiHoSo: '10', NgayKetThucXuLy: '20210608103000', NgayTra: '20210609090000', DonViXuLy: 'Phòng Tài chính - Kế hoạch',
  DanhSachHoSoBoSung: [], TaiLieuNop: [{ DuocSoHoa: '1' }], DuocThanhToanTrucTuyen: '1'
}
/** As one line. */
export const NATIONAL_LINES = `${JSON.stringify(EXAMPLE)}\n`

/** The body, for the contract: it is read without being checked against it, and no fault repeats a value. */
export const NationalMessage = Type.Union([
  Type.Object({
    session: Text('Dropped.'),
    madonvi: Text('The unit of the sender: its code, an alias of the source, or its national identifier such as `H56.22.17` or ' +
      '`000.17.22.H56`. Needed here or as `MaDinhDanhDV` in the address.'),
    service: Text('`DongBoHoSoMC`: `data` holds dossiers. `CapNhatTienDoHoSoMC`: steps. Default: that of the address.'),
    isUpdating: Flag('Dropped: what is new shows by itself.'),
    data: Type.Array(Type.Union([Ref(NationalDossier), Ref(NationalStep)]), { description: 'Up to 10 000.' })
  }, { additionalProperties: true }),
  Type.Array(Type.Union([Ref(NationalDossier), Ref(NationalStep)]), { description: 'The same as `data` alone.' })
], { examples: [{ session: '', madonvi: 'H56-380', service: 'DongBoHoSoMC', isUpdating: 'true', data: [EXAMPLE] }] })

const { source, dry_run } = PostQuery.properties

export const NationalSyncQuery = Type.Object({
  source,
  dry_run,
  service: Type.Optional(Type.String({
    description: 'What the list in the body holds: `DongBoHoSoMC` or `CapNhatTienDoHoSoMC`. `service` of the message takes precedence.',
    default: 'DongBoHoSoMC'
  })),
  MaDinhDanhDV: Example(Type.Optional(Type.String({
    description: 'The unit of the sender, where the body does not have `madonvi`.'
  })), 'H56-380'),
  isUpdating: Type.Optional(Type.String({ description: 'Dropped.' }))
}, { additionalProperties: false })
export type NationalSyncQuery = Static<typeof NationalSyncQuery>

export const NationalSyncAnswer = Named('NationalSyncAnswer', 'What became of a message, in the shape that its senders read.', {
  error_code: OneOf(['0', '-1'], {
    description: '`0`: all of it is taken. `-1`: some dossiers are refused, and all others are stored. A sender that sends the whole ' +
      'message again changes nothing twice, and the refused ones are taken once they, or the catalogue, are mended. Never `3` or ' +
      '`-3`, on which senders send the same as an update. Dossiers that only wait for codes are not lost and need not be sent ' +
      'again: with nothing else refused it is `0`.'
  }),
  message: Type.String({ description: 'The same in words.' }),
  ...DossierAnswer.properties,
  outcomes: Nullable(Type.Array(OneOf([...OUTCOMES, 'waiting']), {
    description: 'What became of each dossier or step, in the order of `data`. null: of a stream.'
  }))
})
export type NationalSyncAnswer = Static<typeof NationalSyncAnswer>
