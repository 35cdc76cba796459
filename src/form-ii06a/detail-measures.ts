// Measures that forms of 2026 (07a/BTP) count and form II.06a does not. All are optional: who does not know them leaves
// them out, and nothing else changes.
import { Type } from 'typebox'

const MEANINGS = {
  received_online_full: 'The part of `received_online` that came through a full online service (toàn trình).',
  received_online_partial: 'The part of `received_online` that came through a partial online service (một phần).',
  received_online_other: 'The part of `received_online` that came through another online service.',
  received_non_territorial: 'Dossiers received in the period outside of the territory of their unit (phi địa giới).',
  resolved_overdue_with_apology: 'The part of `resolved_overdue` with an apology, sent on the day of the end or before.',
  resolved_overdue_without_apology: 'The part of `resolved_overdue` without one.',
  resolved_withdrawn: 'The part of `resolved` that was withdrawn (status 7).',
  resolved_stopped: 'The part of `resolved` that was stopped (status 8).',
  resolved_with_fee: 'The part of `resolved` for which a fee was due.',
  resolved_paid: 'The part of `resolved` for which something was paid.',
  resolved_paid_online: 'The part of `resolved_paid` that was paid online.',
  resolved_paid_direct: 'The part of `resolved_paid` that was paid directly.',
  resolved_digitised: 'The part of `resolved` with digitised parts.',
  resolved_electronic_result: 'The part of `resolved` with an electronic result.',
  resolved_data_reused: 'The part of `resolved` in which data was reused.',
  cancelled: 'Dossiers that left the balance in the period without being resolved: `received` = `resolved` + `cancelled` + ' +
    '`pending`. No column of the form holds them.',
  pending_overdue_with_apology: 'The part of `pending_overdue` with an apology, sent by the end of the period. A stock; ' +
    'unknown of what left for another unit during the period.',
  pending_overdue_without_apology: 'The part of `pending_overdue` without one. A stock.',
  pending_awaiting_supplement: 'The part of `pending` for which a supplement is awaited (chờ bổ sung). A stock; from records unknown of ' +
    'what left for another unit during the period. Such dossiers are not overdue, so they are in `pending_in_time`.',
  reception_in_time: 'Dossiers received in the period, of which it is known when they were filed (`submitted_at`), within the time limit ' +
    'for reception: working hours from filing to reception, by `reception_limits` of the calendar. Published is a limit of 8 for ' +
    'online dossiers, and 4 for interlinked ones where so ruled; here it holds for every channel that says when a dossier was filed. ' +
    'From records it is unknown of those received online of which that is not known. Counting rules (`rules`) say when a dossier ' +
    'ends and is due, and so change no measure of reception.',
  reception_overdue: 'The same beyond that limit.',
  reception_pending_in_time: 'Dossiers that wait for reception at the end of the period, within the time limit for reception. A stock. From ' +
    'records: filed by the end and not received or refused by then; of a period that is not over, limits that passed today do ' +
    'not count yet. Unknown where no dossier of a group says when it was filed.',
  reception_pending_overdue: 'Dossiers that wait for reception at the end of the period, beyond that limit. A stock.',
  not_received: 'Dossiers that were filed and refused before they were received. From records: status 3 in the period, by `refused_at`, ' +
    'otherwise by `updated_at`. Whether a refusal must keep the limit is not known, so they are in no percentage.',
  results_differing: 'Results on paper that differ from the electronic ones.',
  receipts_issued: 'Receipts issued.',
  enterprises_verified: 'Enterprises whose account is verified.'
}

export type DetailMeasure = keyof typeof MEANINGS
export const DETAIL_MEASURES = Object.keys(MEANINGS) as DetailMeasure[]
export const DETAIL_UNKNOWN = DETAIL_MEASURES.map(measure => `${measure}_unknown` as const)
export type DetailMeasures = Record<DetailMeasure, number | null>

/** Stocks at the end of a period; the others are flows. */
export const DETAIL_STOCKS: readonly DetailMeasure[] = [
  'pending_overdue_with_apology', 'pending_overdue_without_apology', 'pending_awaiting_supplement',
  'reception_pending_in_time', 'reception_pending_overdue'
]

/** They are not counted from records. */
const ONLY_REPORTED: readonly string[] = ['results_differing', 'receipts_issued', 'enterprises_verified']

/** A schema for each, from what it means. */
export function eachDetailMeasure<S> (
  schema: (meaning: string, measure: DetailMeasure) => S
): Record<DetailMeasure, S> {
  const each = DETAIL_MEASURES.map(measure => [measure, schema(MEANINGS[measure], measure)])
  return Object.fromEntries(each) as Record<DetailMeasure, S>
}

/** What a question is asked. */
export const DetailsQuery = {
  details: Type.Optional(Type.Boolean({
    description: 'Whether rows have the measures of form 07a/BTP as well, such as `resolved_overdue_with_apology` and `cancelled`.',
    default: false
  }))
}
export interface DetailsAsked {
  details?: boolean | undefined
}
type ColumnsAsked = DetailsAsked & { unknown?: boolean | undefined }

export function isDetailColumn (name: string): boolean {
  return [...DETAIL_MEASURES, ...DETAIL_UNKNOWN].some(column => column === name)
}

/** The columns of details that rows have. */
export function detailColumns ({ details = false, unknown = false }: ColumnsAsked): readonly string[] {
  if (!details) return NO_COLUMNS
  return unknown ? [...DETAIL_MEASURES, ...DETAIL_UNKNOWN] : DETAIL_MEASURES
}

const NO_COLUMNS: readonly string[] = []

/** The columns of details where nothing is known, or where there are no dossiers. */
export function emptyDetails (count: number | null, asked: ColumnsAsked): [string, number | null][] {
  return detailColumns(asked).map(name => (
    [name, name.endsWith('_unknown') ? 0 : ONLY_REPORTED.includes(name) ? null : count]))
}

/** As they are stored: those that are known. */
export type DetailsRead = Partial<Record<DetailMeasure, number>>

/** The same text for the same measures, whatever the order of their names; null: none is known. */
export function detailsText (details: Partial<DetailMeasures> | null | undefined): string | null {
  if (details == null) return null
  const known = DETAIL_MEASURES.filter(name => details[name] != null)
  return JSON.stringify(Object.fromEntries(known.map(name => [name, details[name]])))
}

/** All measures of a stored row; those that it has not are unknown. */
export function detailsOfRow (details: DetailsRead | null): DetailMeasures {
  return details === null ? NOTHING : { ...NOTHING, ...details }
}

const NOTHING = Object.fromEntries(DETAIL_MEASURES.map(name => [name, null])) as DetailMeasures
