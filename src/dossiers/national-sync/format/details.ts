// What the national format says of digitisation and payment, as counts and flags. Names, links and amounts stay out. An
// empty list says nothing: there is software that sends all lists empty.
import type { Issue } from '../../../contract/errors.ts'
import type { SentDetails } from '../../details/schema.ts'
import { hasResult } from '../../rules/status.ts'
import { isNothing, readChoice, readFlag, readList, type Sent } from './values.ts'

/** 1: through the gateway of the national portal, 2: through one of the province. */
const PAID_ONLINE = new Map([['0', false], ['1', true], ['2', true]])
const PRICE = /^\d+(?:[.,]\d+)*$/

export function nationalDetails (sent: Sent, status: number, issues: Issue[]): SentDetails {
  const paidOnline = readChoice(sent, 'DuocThanhToanTrucTuyen', PAID_ONLINE, issues)
  return {
    ...partsOf(sent, issues),
    electronic_result: electronicResult(readList(sent, 'DanhSachGiayToKetQua', issues), status),
    has_fee: readList(sent, 'DanhSachLePhi', issues)?.some(({ Gia: price }) => isPrice(price)),
    paid_online: paidOnline,
    payment_channel: paidOnline === true ? 'online' : undefined,
    databases_used: readList(sent, 'DSKetNoiCSDL', issues)?.length,
    identity_verified: readFlag(sent, 'TaiKhoanDuocXacThucVoiVNeID', issues)
  }
}

/** Where parts are not listed, a flag says whether any is digitised. */
function partsOf (sent: Sent, issues: Issue[]): SentDetails {
  const parts = readList(sent, 'TaiLieuNop', issues)
  const anyDigitised = readFlag(sent, 'HoSoCoThanhPhanSoHoa', issues)
  if (parts === undefined) return { digitised_parts: anyDigitised === undefined ? undefined : Number(anyDigitised) }
  let [digitised, reused, fromStore] = [0, 0, 0]
  parts.forEach((part, i) => {
    const is = (name: string) => Number(readFlag(part, name, issues, `TaiLieuNop/${i}/${name}`) ?? false)
    digitised += is('DuocSoHoa')
    reused += is('DuocTaiSuDung')
    fromStore += is('DuocLayTuKhoDMQG')
  })
  return { parts: parts.length, digitised_parts: digitised, data_reused: reused > 0, national_store_parts: fromStore }
}

/** Electronic where one of its documents has an address. Before there is a result, nothing is known. */
function electronicResult (documents: readonly Sent[] | undefined, status: number): boolean | undefined {
  if (documents === undefined || !hasResult(status)) return undefined
  return documents.some(({ DuongDanTepTinKetQua: link }) => !isNothing(link))
}

function isPrice (price: unknown): boolean {
  if (typeof price === 'number') return price > 0
  return typeof price === 'string' && PRICE.test(price.trim()) && /[1-9]/.test(price)
}
