// The forms that are filled from the same counts: what a row is about, and which columns they have, in their order.
import { COLUMNS } from './columns.ts'
import type { DetailMeasure } from './detail-measures.ts'
import type { Measure } from './measures.ts'

export const FORM_CODES = ['ii-06a-fields', 'ii-06b', 'ii-07a', '07a-btp', '07a-btp-fields'] as const
export type FormCode = typeof FORM_CODES[number]
export type FormMeasure = Measure | DetailMeasure

export interface FormColumn {
  name: FormMeasure
  /** Its number on paper; null: none, or not known. */
  number: number | null
  title: string
}

export interface FormDefinition {
  form: FormCode
  /** As it stands at the head of the form. */
  number: string
  /** The circular that it belongs to; null: not known. */
  circular: string | null
  title: string
  rows: 'field' | 'procedure' | 'unit'
  /** Whether there is a section for each level. */
  byLevel: boolean
  columns: readonly FormColumn[]
}

const TITLES: Partial<Record<FormMeasure, string>> = {
  received: 'Số hồ sơ đã tiếp nhận: tổng số',
  received_online: 'Tiếp nhận trong kỳ: trực tuyến',
  received_direct: 'Tiếp nhận trong kỳ: trực tiếp, dịch vụ bưu chính',
  received_postal: 'Tiếp nhận trong kỳ: qua dịch vụ bưu chính công ích',
  received_online_full: 'Trực tuyến toàn trình',
  received_online_partial: 'Trực tuyến một phần',
  received_online_other: 'Trực tuyến khác',
  received_non_territorial: 'Tiếp nhận phi địa giới hành chính',
  carried_over: 'Từ kỳ trước chuyển qua',
  resolved: 'Số hồ sơ đã giải quyết: tổng số',
  resolved_early: 'Đã giải quyết: trước hạn',
  resolved_on_time: 'Đã giải quyết: đúng hạn',
  resolved_in_time: 'Đã giải quyết: trước hạn và đúng hạn',
  resolved_overdue: 'Đã giải quyết: quá hạn',
  resolved_overdue_with_apology: 'Đã giải quyết: quá hạn, có thư xin lỗi',
  resolved_overdue_without_apology: 'Đã giải quyết: quá hạn, không có thư xin lỗi',
  resolved_withdrawn: 'Hồ sơ trả lại, rút',
  resolved_stopped: 'Hồ sơ dừng xử lý',
  pending: 'Số hồ sơ đang giải quyết: tổng số',
  pending_in_time: 'Đang giải quyết: trong hạn',
  pending_overdue: 'Đang giải quyết: quá hạn',
  pending_overdue_with_apology: 'Đang giải quyết: quá hạn, có thư xin lỗi',
  pending_overdue_without_apology: 'Đang giải quyết: quá hạn, không có thư xin lỗi',
  pending_awaiting_supplement: 'Đang giải quyết: chờ bổ sung',
  resolved_paid: 'Hồ sơ có thanh toán: tổng số',
  resolved_paid_online: 'Thanh toán trực tuyến',
  resolved_paid_direct: 'Thanh toán trực tiếp',
  cancelled: 'Hồ sơ đã hủy',
  reception_pending_in_time: 'Hồ sơ chờ tiếp nhận: trong hạn',
  reception_pending_overdue: 'Hồ sơ chờ tiếp nhận: quá hạn',
  not_received: 'Hồ sơ không tiếp nhận',
  results_differing: 'Kết quả bản giấy khác bản điện tử',
  receipts_issued: 'Số biên lai đã cấp',
  enterprises_verified: 'Doanh nghiệp đã xác thực'
}

const OF_II06A = Object.keys(COLUMNS) as Measure[]
const OF_BTP: readonly FormMeasure[] = [
  'received', 'received_direct', 'received_online_full', 'received_online_partial', 'received_online_other',
  'received_non_territorial', 'carried_over', 'received_postal',
  'resolved', 'resolved_in_time', 'resolved_overdue_with_apology', 'resolved_overdue_without_apology',
  'pending', 'pending_in_time', 'pending_overdue_with_apology', 'pending_overdue_without_apology',
  'resolved_paid', 'resolved_paid_online', 'resolved_paid_direct', 'resolved_stopped',
  'reception_pending_in_time', 'reception_pending_overdue', 'not_received', 'results_differing', 'receipts_issued', 'enterprises_verified', 'resolved_withdrawn', 'cancelled'
]

function column (name: FormMeasure): FormColumn {
  return { name, number: null, title: TITLES[name]! }
}

const CIRCULAR = 'Thông tư số 01/2020/TT-VPCP'
const II06A = {
  circular: CIRCULAR,
  columns: OF_II06A.map(name => ({ ...column(name), number: COLUMNS[name]! }))
}
const BTP = {
  number: '07a/BTP',
  circular: null,
  title: 'Tình hình, kết quả tiếp nhận, giải quyết thủ tục hành chính',
  byLevel: true,
  columns: OF_BTP.map(column)
}
const TITLE = 'Tình hình, kết quả giải quyết thủ tục hành chính'

export const FORMS: readonly FormDefinition[] = [
  {
    ...II06A, form: 'ii-06a-fields', number: 'II.06a/VPCP/KSTT', title: `${TITLE} tại cơ quan, đơn vị trực tiếp giải quyết thủ tục hành chính`,
    rows: 'field', byLevel: true
  },
  {
    ...II06A, form: 'ii-06b', number: 'II.06b/VPCP/KSTT', title: `${TITLE} theo thủ tục hành chính`, rows: 'procedure', byLevel: true
  },
  {
    form: 'ii-07a', number: 'II.07a/VPCP/KSTT', circular: CIRCULAR, title: `${TITLE} theo lĩnh vực`, rows: 'field', byLevel: false,
    columns: ([
      'received', 'received_online', 'received_direct', 'carried_over', 'resolved', 'resolved_in_time', 'resolved_overdue',
      'resolved_withdrawn', 'pending', 'pending_in_time', 'pending_overdue', 'pending_awaiting_supplement'
    ] as const).map(column)
  },
  { ...BTP, form: '07a-btp', rows: 'unit' },
  { ...BTP, form: '07a-btp-fields', rows: 'field' }
]

/** All columns of all forms. */
export const ALL_COLUMNS = Object.keys(TITLES) as FormMeasure[]
