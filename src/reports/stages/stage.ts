export const STAGES = ['draft', 'submitted', 'approved', 'published'] as const
export type Stage = typeof STAGES[number]

/** What identifies a report. */
export interface ReportKey {
  province_code: string
  unit: string
  period: string
  form: string
}

/** How far a report is at an instant. */
export interface ReportStage extends ReportKey {
  stage: Stage
  /** Whether no value of it may be written. */
  locked: boolean
  due_on: string | null
  lock_on: string | null
  nothing_to_report: boolean
  note: string | null
  sent_at: string | null
  submitted_at: string | null
  submitted_by: string | null
  approved_at: string | null
  approved_by: string | null
  published_at: string | null
  /** Of the last publication; 0: none. */
  revision: number
  reopened_from: Stage | null
  reopened_at: string | null
  reopened_until: string | null
  reopen_reason: string | null
  /** Whether a value was written since it was reopened. */
  changed: boolean
}

export function reportKeyOf ({ unit, period, form }: Omit<ReportKey, 'province_code'>): string {
  return [unit, period, form].join(' ')
}

/** Why nothing can be written, and what to do about it. */
export function whyLocked (report: ReportStage): string {
  const { unit, period, form, stage, reopened_until: until, lock_on: day, changed, approved_at } = report
  const why = stage === 'approved' || stage === 'published'
    ? `is ${stage}`
    : until !== null && (changed || approved_at !== null) ? 'was reopened for a time that is over' : `is locked since ${day} ended`
  return `the report of ${unit} for ${period} by ${form} ${why}; a key with the scope approve can reopen it: ` +
    `POST /v1/reports/${unit}/${period}/reopen?form=${form}`
}
