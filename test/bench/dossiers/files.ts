import { closeSync, openSync, writeSync } from 'node:fs'
import { histories, type Supplement, type Version } from './records.ts'

const BLOCK = 1 << 20

/** How many records and bytes a file holds. */
export interface Written {
  path: string
  records: number
  bytes: number
}

/** A file that is written in blocks; what it holds is ASCII. */
export class Lines implements Written {
  records = 0
  bytes = 0
  readonly path: string
  readonly #file: number
  #pending = ''

  constructor (path: string) {
    this.path = path
    this.#file = openSync(path, 'w')
  }

  add (line: string) {
    this.#pending += line
    this.records++
    if (this.#pending.length > BLOCK) this.#flush()
  }

  close () {
    this.#flush()
    closeSync(this.#file)
  }

  #flush () {
    this.bytes += writeSync(this.#file, this.#pending, null, 'latin1')
    this.#pending = ''
  }
}

/** The same dossiers as lines to post, as lines for `\copy`, and what their source sends of them later. */
export interface Files {
  posted: Written
  copied: Written
  revised: Written
  /** The posted ones in the format of the national portal. */
  national: Written
}

/** Writes the dossiers from the `from`-th to the one before the `until`-th. */
export function writeFiles (folder: string, from: number, until: number, perDay?: number): Files {
  const posted = new Lines(`${folder}/posted-${until}.ndjson`)
  const national = new Lines(`${folder}/national-${until}.ndjson`)
  const copied = new Lines(`${folder}/copied-${until}.txt`)
  const revised = new Lines(`${folder}/revised-${until}.ndjson`)
  let i = 0
  for (const [first, ...later] of histories(until, perDay)) {
    if (i++ < from) continue
    posted.add(postedLine(first!))
    national.add(nationalLine(first!))
    copied.add(copiedLine(first!))
    for (const version of later) revised.add(postedLine(version))
  }
  for (const file of [posted, copied, revised, national]) file.close()
  return { posted, copied, revised, national }
}

export function postedLine (version: Version): string {
  const { code, unit, procedure, channel, status, received_at, due_at, finished_at, returned_at, updated_at } = version
  const supplements = version.supplement === null ? '' : `,"supplements":[${JSON.stringify(version.supplement)}]`
  return `{"code":"${code}","unit":"${unit}","procedure":"${procedure}","channel":"${channel}","status":${status},` +
    `"received_at":"${received_at}","due_at":"${due_at}","finished_at":${orNull(finished_at)},` +
    `"returned_at":${orNull(returned_at)},"updated_at":"${updated_at}"${supplements}}\n`
}

const CHANNELS = { direct: '1', online: '2', postal: '3' }

/** With all that senders say of a dossier, most of which is dropped. */
function nationalLine ({ code, unit, procedure, channel, status, received_at, due_at, ...ends }: Version): string {
  const { finished_at, returned_at, supplement } = ends
  const supplements = supplement === null ? [] : [{
    HoSoBoSungId: 1, NguoiYeuCauBoSung: 'x', NoiDungBoSung: 'x', NgayBoSung: national(supplement.requested_at),
    NgayTiepNhanBoSung: national(supplement.completed_at), TrangThaiBoSung: '1', NgayHenTraTruoc: national(supplement.old_due_at),
    NgayHenTraMoi: national(supplement.new_due_at)
  }]
  return `${JSON.stringify({
    MaHoSo: code, MaTTHC: procedure, TenTTHC: 'Thu tuc hanh chinh', MaLinhVuc: 'G01', TenLinhVuc: 'Linh vuc', KenhThucHien: CHANNELS[channel],
    ChuHoSo: 'Nguyen Van A', LoaiDoiTuong: '1', MaDoiTuong: '', ThongTinKhac: '', Email: '', Fax: '', SoDienThoai: '', TrichYeuHoSo: 'Ho so',
    NgayTiepNhan: national(received_at), NgayHenTra: national(due_at),
    TrangThaiHoSo: String(status), NgayTra: national(returned_at),
    ThongTinTra: '', HinhThuc: '0', NgayKetThucXuLy: national(finished_at), DonViXuLy: unit, GhiChu: '', TaiLieuNop: [],
    DanhSachLePhi: [], DanhSachTepDinhKemKhac: [], DanhSachHoSoBoSung: supplements, DanhSachGiayToKetQua: [], NoiNopHoSo: '1'
  })}\n`
}

/** `20210531080000` */
function national (instant: string | null): string {
  return instant === null ? '' : instant.slice(0, 19).replaceAll(/[-T:]/g, '')
}

function orNull (text: string | null): string {
  return text === null ? 'null' : `"${text}"`
}

/** The columns of `COPIED`, in the format of COPY. */
function copiedLine (version: Version): string {
  const { received_at, updated_at, due_at, finished_at, returned_at, status, code, unit } = version
  return `${received_at}\t${updated_at}\t0\t${due_at}\t${finished_at ?? '\\N'}\t${returned_at ?? '\\N'}\t${status}\tH56\t` +
    `${code}\t${unit}\t${version.level}\t${version.procedure}\t${version.field}\t${version.channel}\tone-stop\t` +
    `${storedSupplement(version.supplement)}\n`
}

export const COPIED = [
  'received_at', 'updated_at', 'write', 'due_at', 'finished_at', 'returned_at', 'status', 'province_code', 'code', 'unit',
  'level', 'procedure', 'field', 'channel', 'source', 'supplements'
]

/** As the service stores it. */
function storedSupplement (supplement: Supplement | null): string {
  if (supplement === null) return '\\N'
  return JSON.stringify([supplement], (_, value: unknown) => typeof value === 'string' ? new Date(value).toISOString() : value)
}
