import type { TObject } from 'typebox'
import type { DB } from '../../database/tables.ts'
import type { FeedbackMeasure } from '../../feedback/measures.ts'
import type { DetailMeasures } from '../../form-ii06a/detail-measures.ts'
import type { Measure } from '../../form-ii06a/measures.ts'
import type { CountsOf, MeasureIssue } from '../../measures/identities.ts'
import type { DossierStatisticsItem } from '../reported/schema.ts'
import type { GroupKey } from '../on-time/schema.ts'

/** A measure of any kind. */
export type MeasureName = Measure | FeedbackMeasure
/** The measures of a row, which are those of its kind. */
export type Counts = CountsOf<MeasureName>

/** Stocks at the start or the end of a period. Over several periods the first or the last counts; flows are summed. */
export const OPENING: readonly MeasureName[] = ['carried_over']
export const CLOSING: readonly MeasureName[] = ['pending_in_time', 'pending_overdue', 'pending']

export type Detail = 'whole' | 'field' | 'procedure'

/** All the rows of one source for one unit, period and scope are one set: checked, replaced and counted together. */
export interface SetKey {
  province_code: string
  period: string
  unit: string
  scope: 'own' | 'total'
  source: string
}

export interface StatisticsRow extends SetKey, Counts {
  detail: Detail
  detail_code: string
  field: string | null
  procedure: string | null
  /** RFC 3339. null: not known. */
  reported_at: string | null
  /** What is known of details, as `detailsText`; null: nothing. */
  details: string | null
}

/**
 * What units report counts of: dossiers, or citizens' feedback. All that is posted, counted and asked of one is so of
 * the other, by the same code, which takes what differs from here.
 */
export interface StatisticsKind {
  /** As in the address of its list. */
  resource: 'dossier-statistics' | 'feedback-statistics'
  /** Tables of one shape. */
  tables: {
    /** What is reported, row by row. */
    rows: keyof DB
    /** Sums of the rows that are one set. */
    sets: keyof DB
    /** Sums of the sets of a level that count. */
    levels: keyof DB
    /** Sets that were taken back. */
    withdrawn: keyof DB
  }
  measures: readonly MeasureName[]
  /** Whether rows may have the measures of details besides, and with them what was cancelled in their balance. */
  hasDetails: boolean
  /** What rows are broken down by. */
  dimensions: readonly ('field' | 'procedure')[]
  /** The measures of an item that follow from those that it has, and what of it does not hold. */
  completed: (item: Partial<Counts & DetailMeasures>) => Pick<StatisticsRow, 'details'> & { measures: Counts, issues: MeasureIssue[] }
  /**
   * As the API shows a row: without what follows from the rest. Written out, as it is asked twice of each row.
   * @param beside what it is compared with; details that both have alike are left out
   */
  shown: (row: StatisticsRow, beside?: StatisticsRow) => object
  /** An item of a batch. That of dossiers has all properties that others have. */
  item: TObject
  /** A row of the on-time answer, the keys that it may be grouped by, and the counts that only records know. */
  answer: { row: TObject, keys: readonly GroupKey[], fromRecords: readonly string[] }
}

/** An item, whatever it is of. */
export type StatisticsItem = DossierStatisticsItem
