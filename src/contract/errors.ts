/** What can be wrong with one value of a request. Stable: clients branch on these codes. */
export type IssueCode =
  // shape
  | 'missing' | 'unknown_property' | 'invalid_type' | 'not_allowed' | 'malformed' | 'out_of_range'
  | 'invalid_length' | 'too_many' | 'not_text' | 'not_json' | 'not_csv' | 'not_xlsx' | 'not_utf8' | 'invalid_cursor'
  // references
  | 'unknown_unit' | 'unknown_level' | 'unknown_field' | 'unknown_period' | 'unknown_procedure' | 'unknown_source'
  | 'unknown_form' | 'unknown_indicator' | 'unknown_rules' | 'unknown_formula' | 'unknown_criterion' | 'several_provinces'
  // formulas
  | 'unknown_operator' | 'unknown_input' | 'measures_differ' | 'too_deep' | 'formula_in_use'
  // forms that units are scored by, and their scores
  | 'maximum_differs' | 'form_has_scores' | 'already_appraised' | 'own_self_score'
  // the catalogue
  | 'procedure_not_in_force' | 'online_level_of_other_time' | 'set_by_decision' | 'other_content' | 'procedure_in_use'
  | 'code_taken' | 'changed_later' | 'already_withdrawn' | 'client_bound' | 'unit_has_history' | 'parent_cycle' | 'parent_rejected' | 'parent_not_valid' | 'alias_taken' | 'unit_has_figures' | 'position_taken' | 'units_depend' | 'period_has_figures' | 'other_days_by_rule' | 'period_overlaps'
  // working days
  | 'unknown_calendar' | 'calendar_year_missing' | 'not_eight_hours' | 'not_a_day_off' | 'province_taken'
  | 'pauses_overlap' | 'term_unknown' | 'several_terms'
  // rows of a batch
  | 'period_not_begun' | 'unit_not_valid' | 'duplicate_key' | 'mixed_detail' | 'set_incomplete' | 'field_mismatch' | 'nothing_reported' | 'no_own_desk'
  // dossiers
  | 'unknown_status' | 'end_unknown' | 'end_before_received' | 'supplements_overlap'
  | 'other_source' | 'too_many_versions' | 'built_in_rules' | 'waiting_for_unit' | 'waiting_for_procedure' | 'too_many_waiting' | 'not_taken_in'
  // identities of form II.06a, and of feedback
  | 'received_identity' | 'postal_identity' | 'resolved_identity' | 'pending_identity' | 'balance_identity'
  // of the measures of details
  | 'online_service_identity' | 'apology_identity' | 'payment_identity' | 'part_exceeds_total'
  // indicator values
  | 'form_has_values' | 'indicator_continued' | 'derivation_cycle'
  | 'not_a_choice' | 'value_of_other_type' | 'several_values' | 'printed_disagrees' | 'heading_has_no_value'
  // a report as a workbook
  | 'not_a_report' | 'other_unit' | 'other_period' | 'other_form' | 'column_missing' | 'row_missing' | 'row_inserted'
  | 'row_moved' | 'merged_cells' | 'changed_since'
  // the life of a report
  | 'period_locked' | 'check_failed' | 'check_warning' | 'note_needed' | 'values_given'
  // what a client may do
  | 'forbidden_unit' | 'forbidden_source' | 'forbidden_scope' | 'forbidden_limit' | 'forbidden_expiry'
  // clients
  | 'source_needed'
  // questions
  | 'overlapping_periods' | 'gap_between_periods' | 'needs_records' | 'needs_unknown' | 'needs_details' | 'needs_compare' | 'period_or_days'

/**
 * `pointer` is a JSON Pointer into the body (`/items/3/unit`), the address of a cell (`D17`) in a workbook, or
 * `/query/…`, `/path/…`, `/headers/…` for what is not in the body.
 */
export interface Issue extends Partial<Place>, RelatedUnits {
  pointer: string
  code: IssueCode
  detail: string
  /** The same in Vietnamese, where that says more than the code. It is sent as `detail`. */
  vietnamese?: string
}

/** Ids of units that may be meant in place of one that does not exist on the day. */
export interface RelatedUnits {
  successors?: string[]
  predecessors?: string[]
}

/** Where in a csv, both from 1. A column that the file has not is left out. */
export interface Place {
  line: number
  column?: number
}

/** What is odd about a row that is taken. */
export type WarningCode = 'carried_over_differs' | 'pending_differs' | 'procedure_not_in_force'

export interface Warning extends Partial<Place> {
  pointer: string
  code: WarningCode
  detail: string
}

/** There is more to do than can be done now; the same may be asked again a little later. */
export class Busy extends Error {}

/** Why a whole request is refused. */
export type DomainErrorCode =
  | 'invalid_request' | 'invalid_rows' | 'not_found' | 'too_many_items' | 'too_many_rows' | 'too_many_spreadsheets'
  | 'unauthenticated' | 'insufficient_scope' | 'forbidden_rows' | 'rate_limited' | 'issuer_unavailable'
  | 'period_locked' | 'wrong_stage' | 'own_submission' | 'checks_failed'
  | 'change_in_use' | 'precondition_failed' | 'idempotency_key_in_use' | 'idempotency_key_reused' | 'cursor_of_another_history'

/** A rule says no. Knows nothing of HTTP: `http/response/error-handler.ts` turns the code into a status. */
export class DomainError extends Error {
  readonly code: DomainErrorCode
  readonly issues: readonly Issue[]
  /** Seconds after which to try again, where that is known. */
  readonly retryAfter: number | undefined

  constructor (code: DomainErrorCode, detail: string, issues: readonly Issue[] = [], retryAfter?: number) {
    super(detail)
    this.code = code
    this.issues = issues
    this.retryAfter = retryAfter
  }
}

export function notFound (what: string, code: string): DomainError {
  return new DomainError('not_found', `there is no ${what} ${JSON.stringify(code)}`)
}

/** Refuses a request for one value outside its body, such as a query parameter. */
export function invalid (pointer: string, code: IssueCode, detail: string): DomainError {
  return new DomainError('invalid_request', detail, [{ pointer, code, detail }])
}
