// What details count for: sums over the events of dossiers that say something, beside the days of a span. An event is
// a row of `dossierEvents` with the columns of `DETAIL_COLUMNS`.
//
// What a version says of a dossier is what always was, as with its channel: if it changes, past days change with it. An
// apology counts from its own day on.

import type { DetailMeasure } from '../../form-ii06a/detail-measures.ts'

const said = (name: string) => `details ->> '${name}'`
const isTrue = (name: string) => `(${said(name)})::boolean`
const RECEIVED = '(received_online + received_direct)'
const RESOLVED = '(resolved_early + resolved_on_time + resolved_overdue)'

const APOLOGY_KNOWN = `(${said('apology')} is not null or ${said('apology_at')} is not null)`
/** Those that were sent by a day; without an instant, always. */
const apologisedBy = (day: string) => `coalesce((((${said('apology_at')})::timestamptz at time zone interval '7 hours')::date <= ${day}),
  ${isTrue('apology')})`

/** Conditions on dossiers, by what they say; unknown where that is unknown. */
export const IS_APOLOGISED = `coalesce(nullif(${said('apology_at')} is not null, false), ${isTrue('apology')})`

const FEE = `(${said('fee_due')})::bigint`
const PAID = `(coalesce((${said('fee_paid')})::bigint > 0, ${said('payment_channel')} is not null) and ${FEE} is distinct from 0)`
const PAYMENT_KNOWN = `(${FEE} is not distinct from 0 or ${said('fee_paid')} is not null or ${said('payment_channel')} is not null)`
export const IS_PAID = `case when ${PAYMENT_KNOWN} then ${PAID} end`
export const IS_DIGITISED = `(${said('digitised_parts')})::integer > 0`
const PAYMENT_CHANNEL_KNOWN = `(${PAYMENT_KNOWN} and (not ${PAID} or ${said('payment_channel')} is not null))`

const flow = (count: string, where: string) => (
  `coalesce(sum(${count}) filter (where day >= starts_on and ${where}), 0)::bigint`)
const overdueStock = (where: string) => (
  `(coalesce(sum(became_overdue) filter (where day <= due_on and ${where}), 0) -
    coalesce(sum(no_longer_overdue - moved_overdue) filter (where ${where}), 0))::bigint`)

const SPAN_ENDS = `((ends_on + 1)::timestamp at time zone interval '7 hours')`
const LAST_COMPLETED = `(supplements -> -1 ->> 'completed_at')`
/** Whether a supplement is awaited when the span ends: one of the list, or by the status since the last version. */
const AWAITS_SUPPLEMENT = `((status = 5 and (supplements is null or ${LAST_COMPLETED} is not null)
    and greatest(updated_at, ${LAST_COMPLETED}::timestamptz) < ${SPAN_ENDS})
  or exists (
    select from jsonb_to_recordset(supplements) as asked (requested_at timestamptz, completed_at timestamptz)
    where requested_at < ${SPAN_ENDS} and coalesce(completed_at >= ${SPAN_ENDS}, true)))`
/** What is open when a span ends. What happened to one dossier adds up to 1 or 0. */
const openStock = (where: string) => (
  `coalesce(sum(${RECEIVED} - ${RESOLVED} - cancelled + moved) filter (where ${where}), 0)::bigint`)

const SUMS = {
  online_service_known: flow('received_online', `${said('online_service')} is not null`),
  received_online_full: flow('received_online', `${said('online_service')} = 'full'`),
  received_online_partial: flow('received_online', `${said('online_service')} = 'partial'`),
  received_online_other: flow('received_online', `${said('online_service')} = 'other'`),
  territory_known: flow(RECEIVED, `${said('non_territorial')} is not null`),
  received_non_territorial: flow(RECEIVED, isTrue('non_territorial')),
  resolved_apology_known: flow('resolved_overdue', APOLOGY_KNOWN),
  resolved_overdue_with_apology: flow('resolved_overdue', apologisedBy('day')),
  resolved_withdrawn: flow(RESOLVED, 'status = 7'),
  resolved_stopped: flow(RESOLVED, 'status = 8'),
  fee_known: flow(RESOLVED, `(${FEE} is not null or ${said('has_fee')} is not null)`),
  resolved_with_fee: flow(RESOLVED, `coalesce(${FEE} > 0, ${isTrue('has_fee')})`),
  payment_known: flow(RESOLVED, PAYMENT_KNOWN),
  resolved_paid: flow(RESOLVED, PAID),
  payment_channel_known: flow(RESOLVED, PAYMENT_CHANNEL_KNOWN),
  resolved_paid_online: flow(RESOLVED, `${PAID} and ${said('payment_channel')} = 'online'`),
  resolved_paid_direct: flow(RESOLVED, `${PAID} and ${said('payment_channel')} = 'direct'`),
  digitised_known: flow(RESOLVED, `${said('digitised_parts')} is not null`),
  resolved_digitised: flow(RESOLVED, IS_DIGITISED),
  electronic_result_known: flow(RESOLVED, `${said('electronic_result')} is not null`),
  resolved_electronic_result: flow(RESOLVED, isTrue('electronic_result')),
  data_reused_known: flow(RESOLVED, `${said('data_reused')} is not null`),
  resolved_data_reused: flow(RESOLVED, isTrue('data_reused')),
  pending_apology_known: overdueStock(APOLOGY_KNOWN),
  pending_overdue_with_apology: overdueStock(apologisedBy('ends_on')),
  pending_awaiting_supplement: openStock(AWAITS_SUPPLEMENT)
}
type DetailSum = keyof typeof SUMS

/** What is summed of a group in a span. Each can be added, over whatever groups. */
export const DETAIL_SUMS = Object.keys(SUMS)
/** The column of the last day that makes a dossier overdue. */
export type OverdueBy = 'due_on' | 'ends_on'

/** The columns of these names, for a query of events beside `starts_on`, `ends_on` and `due_on`. */
export function summedDetails (overdueBy: OverdueBy): string {
  return SUMMED_DETAILS[overdueBy]
}

const summed = (overdueBy: OverdueBy) => (
  Object.entries(SUMS).map(([name, sum]) => `${sum.replaceAll('due_on', overdueBy)} as ${name}`).join())
const SUMMED_DETAILS = { due_on: summed('due_on'), ends_on: summed('ends_on') }
/** Dossiers that count for any of these sums, as a condition. */
export const COUNTS_DETAILS = '(details is not null or supplements is not null or status in (5, 7, 8))'
/** The columns of dossiers that these sums need of an event. */
export const DETAIL_COLUMNS = ['status', 'details', 'supplements', 'updated_at']

interface CountedDetail {
  /** Left out: the sum of the same name. */
  value?: string
  /** Of how many dossiers it is known, and what they are a part of; left out: of all. */
  known?: {
    /** 0: of none of them. */
    sum: DetailSum | 0
    of: 'received' | 'resolved' | 'resolved_overdue' | 'received_online' | 'pending_overdue' | 'transferred_out'
  }
}

const ONLINE: CountedDetail = { known: { sum: 'online_service_known', of: 'received_online' } }
const ofResolved = (sum: DetailSum): CountedDetail => ({ known: { sum, of: 'resolved' } })
const RESOLVED_LATE = { sum: 'resolved_apology_known', of: 'resolved_overdue' } as const
const PENDING_LATE = { sum: 'pending_apology_known', of: 'pending_overdue' } as const

/** The measures that records know, by what they follow from. */
export const DETAILS_OF_RECORDS: Partial<Record<DetailMeasure, CountedDetail>> = {
  received_online_full: ONLINE,
  received_online_partial: ONLINE,
  received_online_other: ONLINE,
  received_non_territorial: { known: { sum: 'territory_known', of: 'received' } },
  resolved_overdue_with_apology: { known: RESOLVED_LATE },
  resolved_overdue_without_apology: { value: 'resolved_apology_known - resolved_overdue_with_apology', known: RESOLVED_LATE },
  resolved_withdrawn: {},
  resolved_stopped: {},
  resolved_with_fee: ofResolved('fee_known'),
  resolved_paid: ofResolved('payment_known'),
  resolved_paid_online: ofResolved('payment_channel_known'),
  resolved_paid_direct: ofResolved('payment_channel_known'),
  resolved_digitised: ofResolved('digitised_known'),
  resolved_electronic_result: ofResolved('electronic_result_known'),
  resolved_data_reused: ofResolved('data_reused_known'),
  pending_overdue_with_apology: { known: PENDING_LATE },
  pending_overdue_without_apology: { value: 'pending_apology_known - pending_overdue_with_apology', known: PENDING_LATE },
  pending_awaiting_supplement: { known: { sum: 0, of: 'transferred_out' } }
}
