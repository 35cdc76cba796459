import type { FormMeasure } from '../../form-ii06a/forms.ts'
import type { DocumentLanguage, HeadCell } from '../../documents/document.ts'
import { englishOf } from './english.ts'

const RECEIVED = 'Số hồ sơ tiếp nhận'
const RESOLVED = 'Số hồ sơ đã giải quyết'
const PENDING = 'Số hồ sơ đang giải quyết'
const PAID = 'Số hồ sơ có thanh toán'
const WAITING = 'Số hồ sơ chờ tiếp nhận'

/** What stands above columns that belong together, and what above each of them; null: a column of its own. */
const HEADS: Partial<Record<FormMeasure, readonly [group: string | null, title: string]>> = {
  received: [RECEIVED, 'Tổng số'],
  received_online: [RECEIVED, 'Trong kỳ: trực tuyến'],
  received_direct: [RECEIVED, 'Trong kỳ: trực tiếp, dịch vụ bưu chính'],
  received_postal: [RECEIVED, 'Trong đó: qua bưu chính công ích'],
  received_online_full: [RECEIVED, 'Trực tuyến toàn trình'],
  received_online_partial: [RECEIVED, 'Trực tuyến một phần'],
  received_online_other: [RECEIVED, 'Trực tuyến khác'],
  received_non_territorial: [RECEIVED, 'Phi địa giới hành chính'],
  carried_over: [RECEIVED, 'Từ kỳ trước'],
  resolved: [RESOLVED, 'Tổng số'],
  resolved_early: [RESOLVED, 'Trước hạn'],
  resolved_on_time: [RESOLVED, 'Đúng hạn'],
  resolved_in_time: [RESOLVED, 'Trước hạn và đúng hạn'],
  resolved_overdue: [RESOLVED, 'Quá hạn'],
  resolved_overdue_with_apology: [RESOLVED, 'Quá hạn, có thư xin lỗi'],
  resolved_overdue_without_apology: [RESOLVED, 'Quá hạn, không có thư xin lỗi'],
  resolved_withdrawn: [null, 'Hồ sơ trả lại, rút'],
  resolved_stopped: [null, 'Hồ sơ dừng xử lý'],
  pending: [PENDING, 'Tổng số'],
  pending_in_time: [PENDING, 'Trong hạn'],
  pending_overdue: [PENDING, 'Quá hạn'],
  pending_overdue_with_apology: [PENDING, 'Quá hạn, có thư xin lỗi'],
  pending_overdue_without_apology: [PENDING, 'Quá hạn, không có thư xin lỗi'],
  pending_awaiting_supplement: [PENDING, 'Chờ bổ sung'],
  resolved_paid: [PAID, 'Tổng số'],
  resolved_paid_online: [PAID, 'Trực tuyến'],
  resolved_paid_direct: [PAID, 'Trực tiếp'],
  cancelled: [null, 'Hồ sơ đã hủy'],
  reception_pending_in_time: [WAITING, 'Trong hạn'],
  reception_pending_overdue: [WAITING, 'Quá hạn'],
  not_received: [null, 'Hồ sơ không tiếp nhận'],
  results_differing: [null, 'Kết quả giấy khác bản điện tử'],
  receipts_issued: [null, 'Số biên lai đã cấp'],
  enterprises_verified: [null, 'Doanh nghiệp đã xác thực']
}

/** The columns that a column of the paper is the sum of. */
const SUMS: Partial<Record<number, readonly number[]>> = { 3: [4, 5, 6], 7: [8, 9, 10], 11: [12, 13] }

/** The columns on paper, with their numbers where they are known. */
export interface HeadColumn {
  name: FormMeasure
  number: number | null
}

/**
 * The head of a form: groups of columns, the columns, and a row of their numbers where they have any.
 * @param named what the second column holds
 */
export function headOf (
  columns: readonly HeadColumn[], named: string, language: DocumentLanguage = 'vi'
): HeadCell[][] {
  const groups: HeadCell[] = [{ text: 'STT', rows: 2 }, { text: named, rows: 2 }]
  const titles: HeadCell[] = []
  let open: string | null = null
  for (const { name } of columns) {
    const [group, title] = HEADS[name]!
    if (group === null) groups.push({ text: title, rows: 2 })
    else titles.push({ text: title })
    if (group !== null && group === open) groups.at(-1)!.columns! += 1
    else if (group !== null) groups.push({ text: group, columns: 1 })
    open = group
  }
  const numbers = columns.flatMap(({ number }) => number === null ? [] : [{ text: numberText(number) }])
  const rows = [groups, titles, ...(numbers.length === 0 ? [] : [[{ text: '(1)' }, { text: '(2)' }, ...numbers]])]
  return language === 'vi' ? rows : rows.map(cells => cells.map(cell => ({ ...cell, text: englishOf(cell.text) })))
}

function numberText (number: number): string {
  const sum = SUMS[number]
  return sum === undefined ? `(${number})` : `(${number}) = ${sum.map(part => `(${part})`).join(' + ')}`
}
