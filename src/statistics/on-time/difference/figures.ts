// The rows of a difference. Each begins where the one above it ends.
import { roundedCount } from '../../../form-ii06a/measures.ts'
import type { Changed } from './changed-sql.ts'
import type { DifferenceRow, Reason } from './schema.ts'

/** null: unknown. */
export interface Figure {
  numerator: number | null
  denominator: number | null
}

/** A figure of records, which know every count. */
export type KnownFigure = Record<keyof Figure, number>

/** What is the same in all rows of an answer. */
export type OfAll = Pick<DifferenceRow, 'rules' | 'rules_version' | 'other_rules' | 'other_rules_version' | 'against' |
  'method' | 'hierarchy' | 'estimated' | 'as_of' | 'provisional'>

type OfReason = Pick<DifferenceRow, 'choice_before' | 'choice_after' | 'units' | 'dossiers_url'> & Omit<Nulls<Changed>, 'numerator_change' | 'denominator_change'>
type Nulls<T> = { [N in keyof T]: T[N] | null }

const NOTHING_MORE: OfReason = {
  choice_before: null, choice_after: null, units: null, dossiers_url: null, dossiers: null, became_counted: null,
  no_longer_counted: null, became_in_time: null, became_late: null
}

const MEANINGS: Record<Reason, string> = {
  due_until: 'Kết thúc trong ngày hẹn trả nhưng sau giờ hẹn: tính đến từng giây hay đến hết ngày',
  open_on_due_day: 'Đang giải quyết, đúng ngày hẹn trả: còn hạn hay quá hạn vào cuối ngày',
  open_supplement: 'Đang chờ bổ sung lần đầu: còn hạn, hay lúc yêu cầu bổ sung là lúc kết thúc',
  repeated_request: 'Yêu cầu bổ sung từ hai lần trở lên, chưa kết thúc: như một lần hay quá hạn',
  withdrawn: 'Công dân xin rút: theo lúc rút hay luôn đúng hạn',
  stopped: 'Dừng xử lý: đã kết thúc, hay đang giải quyết và còn hạn',
  financial_obligation: 'Chờ thực hiện nghĩa vụ tài chính: theo ngày hẹn trả hay luôn còn hạn',
  no_due_date: 'Không có ngày hẹn trả: đúng hạn hay theo thời hạn quy định của thủ tục',
  refused_after_acceptance: 'Từ chối sau khi đã tiếp nhận: không tính hay đã kết thúc',
  units_without_records: 'Đơn vị có báo cáo nhưng chưa gửi hồ sơ (chưa đồng bộ)',
  units_without_reports: 'Đơn vị có hồ sơ nhưng không báo cáo',
  units_without_field: 'Đơn vị có báo cáo nhưng không có số liệu của lĩnh vực này: chỉ báo cáo số chung, hoặc chỉ các lĩnh vực khác',
  inherited: 'Quá hạn ngay khi nhận từ đơn vị khác: nhiều nhất bằng phần chênh lệch còn lại',
  waiting: 'Quá hạn do thời gian chờ bổ sung hồ sơ: nhiều nhất bằng phần chênh lệch còn lại',
  sync: 'Giải quyết đúng hạn nhưng cập nhật, đồng bộ chậm: nhiều nhất bằng phần chênh lệch còn lại',
  unexplained: 'Phần còn lại, chưa rõ nguyên nhân',
  total: 'Toàn bộ chênh lệch'
}

export function rowOf (
  reason: Reason, before: Figure, after: Figure, ofAll: OfAll, more: Partial<OfReason> = {}
): DifferenceRow {
  const [percentBefore, percentAfter] = [percentOf(before), percentOf(after)]
  const points = minus(percentAfter, percentBefore)
  return {
    reason,
    meaning: MEANINGS[reason],
    ...NOTHING_MORE,
    ...more,
    numerator_before: before.numerator,
    denominator_before: before.denominator,
    on_time_percent_before: percentBefore,
    numerator_after: after.numerator,
    denominator_after: after.denominator,
    on_time_percent_after: percentAfter,
    numerator_change: minus(after.numerator, before.numerator),
    denominator_change: minus(after.denominator, before.denominator),
    percent_change: points,
    ...ofAll
  }
}

export function plus (
  figure: KnownFigure, change: Pick<Changed, 'numerator_change' | 'denominator_change'>
): KnownFigure {
  return {
    numerator: roundedCount(figure.numerator + change.numerator_change),
    denominator: roundedCount(figure.denominator + change.denominator_change)
  }
}

/**
 * A figure with some late dossiers on time: as many of them as another figure has more on time, and fewer that are not.
 * @param late how many there are
 */
export function excusedBy (figure: Figure, other: Figure, late: number): Figure {
  const more = minus(other.numerator, figure.numerator)
  const fewer = minus(rest(figure), rest(other))
  if (more === null || fewer === null) return { numerator: null, denominator: figure.denominator }
  const excused = Math.max(0, Math.min(late, more, fewer))
  return { numerator: roundedCount(figure.numerator! + excused), denominator: figure.denominator }
}

/** What is not on time. */
function rest ({ numerator, denominator }: Figure): number | null {
  return minus(denominator, numerator)
}

function minus (a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : roundedCount(a - b)
}

/**
 * 100 × numerator / denominator, rounded half up to two decimals, in whole numbers: see percentage-sql.ts. null:
 * unknown, or no share, as a figure between two may be of which units have moved.
 */
function percentOf ({ numerator, denominator }: Figure): number | null {
  const isKnown = numerator !== null && denominator !== null
  const isShare = isKnown && denominator > 0 && numerator >= 0 && numerator <= denominator
  if (!isShare) return null
  const [n, d] = [numerator, denominator].map(count => BigInt(Math.round(count * 10_000))) as [bigint, bigint]
  return Number((20_000n * n + d) / (2n * d)) / 100
}
