import { dayOf, instantText, LATEST, parseDay } from '../../time/business-day.ts'
import { instantOf } from '../../time/rfc3339.ts'
import { cutOf } from '../../time/cut.ts'
import { DomainError, invalid } from '../../contract/errors.ts'
import type { Trx } from '../../database/connect.ts'
import { lock } from '../../database/sql/advisory-lock.ts'
import { existsIn, unitNotValid } from '../../catalogue/units/lifetime.ts'
import { exactly } from '../../catalogue/units/resolve.ts'
import type { Write } from '../../writes/write.ts'
import { filledReport } from '../filled-report/queries.ts'
import { reportNamed, type NamedReport } from '../revisions/named.ts'
import { addRevision } from '../revisions/store.ts'
import { assertAbove } from '../stages/above.ts'
import { whyLocked, type ReportStage, type Stage } from '../stages/stage.ts'
import { lockReports, storeStage } from '../stages/store.ts'
import { auditOfStage } from '../stages/written.ts'
import { assertSubmittable } from './checks.ts'
import type { FindingsOf } from './findings.ts'
import { derivedCount, submissionOf, valueCounts } from './queries.ts'
import type { ReopenBody, ReportFormQuery, Submission, SubmissionPath, SubmitBody } from './schema.ts'

/** A report, and when something happens to it: in milliseconds since 1970. */
interface Addressed {
  path: SubmissionPath
  query: ReportFormQuery
  now: number
}

/**
 * Submits a report for approval, again where it is submitted already.
 * @param findingsOf checks it
 * @throws DomainError `not_found`, `invalid_request`, `period_locked`, `checks_failed`
 */
export async function submitReport (
  write: Write, addressed: Addressed, body: SubmitBody, findingsOf: FindingsOf
): Promise<Submission> {
  const { trx, by } = write
  return moveOn(write, addressed, async (report, { unit, period }, now) => {
    if (parseDay(period.starts_on) > dayOf(addressed.now)) {
      throw invalid('/path/period', 'period_not_begun', `period ${period.code} begins on ${period.starts_on}, which is yet to come`)
    }
    if (!existsIn(unit, period)) {
      throw invalid('/path/unit', 'unit_not_valid', unitNotValid(unit, `in ${period.code}`).detail)
    }
    if (report.locked) throw new DomainError('period_locked', whyLocked(report))
    const { values_given: given, values_reported: reported } = await valueCounts(trx, report)
    const { nothing_to_report = false, note = null } = body
    const derived = nothing_to_report || given > 0 ? 0 : await derivedCount(trx, report, by.unit, addressed.now)
    const findings = nothing_to_report ? [] : await findingsOf(trx, report, by.unit, addressed.now)
    assertSubmittable({ ...body, given, reported, derived, findings })
    return {
      stage: 'submitted', nothing_to_report, note: note?.normalize('NFC') || null, submitted_at: now, submitted_by: by.client,
      sent_at: report.sent_at ?? now
    }
  })
}

/**
 * Approves a report that was submitted by another client, as one that stands above the unit.
 * @throws DomainError `not_found`, `invalid_request`, `forbidden_rows`, `wrong_stage`, `own_submission`
 */
export async function approveReport (write: Write, addressed: Addressed): Promise<Submission> {
  const { by: { client, unit: reach } } = write
  return moveOn(write, addressed, async (report, { unit }, now) => {
    assertAbove(reach, unit, 'approve its report')
    assertStage(report, 'submitted', 'approved')
    if (report.submitted_by === client) {
      throw new DomainError('own_submission', `client ${client} submitted this report, so another one approves it`)
    }
    return {
      stage: 'approved', approved_at: now, approved_by: client, reopened_from: null, reopened_until: null, changed: false
    }
  })
}

/**
 * Publishes an approved report: what it holds now is stored, and never changes.
 * @throws DomainError `not_found`, `invalid_request`, `forbidden_rows`, `wrong_stage`
 */
export async function publishReport (write: Write, addressed: Addressed): Promise<Submission> {
  const { trx, by } = write
  await lock(trx, 'values', 'shared')
  return moveOn(write, addressed, async (report, { unit: named, period }) => {
    assertAbove(by.unit, named, 'publish its report')
    assertStage(report, 'approved', 'published')
    if (cutOf(addressed.now, period.ends_on).provisional) {
      throw new DomainError('wrong_stage', `${period.code} ends on ${period.ends_on}; what is not over is not published`)
    }
    const revision = report.revision + 1
    const { unit, form } = report
    const path = { unit: exactly(unit), period: period.code }
    const content = await filledReport(trx, path, { form }, by.unit, addressed.now)
    return {
      stage: 'published', revision, published_at: await addRevision(trx, report, revision, content),
      reopened_from: null, reopened_at: null, reopened_until: null, reopen_reason: null, changed: false
    }
  })
}

/**
 * Opens a report for a time: one that waits for approval, that is approved or published, or that a day has locked. When
 * the time is over, and no value was written, it is again what it was.
 * @throws DomainError `not_found`, `invalid_request`, `forbidden_rows`, `wrong_stage`
 */
export async function reopenReport (write: Write, addressed: Addressed, body: ReopenBody): Promise<Submission> {
  const { now } = addressed
  const until = instantOf(body.until)
  if (until <= now || until > LATEST) {
    throw invalid('/until', 'out_of_range', `${body.until} is not yet to come`)
  }
  return moveOn(write, addressed, async (report, { unit }, at) => {
    assertAbove(write.by.unit, unit, 'reopen its report')
    if (report.stage === 'draft' && !report.locked && report.reopened_until === null) {
      throw new DomainError('wrong_stage', 'the report is a draft that is not locked, so its unit can write it')
    }
    // A draft that has changed since it was reopened goes on from there.
    const from = report.stage === 'draft' ? report.reopened_from ?? 'draft' : report.stage
    return {
      stage: 'draft', reopened_from: from, reopened_at: at, reopened_until: instantText(until),
      reopen_reason: body.reason.normalize('NFC'), changed: report.stage === 'draft' && report.changed
    }
  })
}

function assertStage ({ stage }: ReportStage, needed: Stage, next: Stage) {
  if (stage === needed) return
  throw new DomainError('wrong_stage', `only what is ${needed} can be ${next}; this report is ${stage === 'draft' ? 'a draft' : stage}`)
}

/** Locks a report, and stores what becomes of it. */
async function moveOn (
  write: Write, { path, query: { form }, now }: Addressed,
  next: (report: ReportStage, named: NamedReport, now: string) => Promise<Partial<ReportStage>>
): Promise<Submission> {
  const { trx, by, auditRows } = write
  const named = await reportNamed(trx, path, form, by.unit)
  const report = await lockedReport(trx, named, now)
  const after = { ...report, ...await next(report, named, instantText(now)) }
  await storeStage(trx, after)
  auditRows.push(...auditOfStage(report, after))
  // As it is stored: what is locked follows from it.
  return submissionOf(trx, await lockedReport(trx, named, now))
}

async function lockedReport (trx: Trx, { key }: NamedReport, now: number): Promise<ReportStage> {
  return [...(await lockReports(trx, [key], now)).values()][0]!
}
