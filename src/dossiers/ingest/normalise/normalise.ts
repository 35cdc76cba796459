import type { Issue } from '../../../contract/errors.ts'
import { instantOf } from '../../../time/rfc3339.ts'
import { likeText } from '../../../text/plain-text.ts'
import { dayOf, EARLIEST, LATEST } from '../../../time/business-day.ts'
import type { SuccessorOf } from '../../../catalogue/units/lineage/successors.ts'
import { endDayOf, endOf, type Supplement } from '../../rules/events.ts'
import { placeOn } from '../../rules/passing.ts'
import { DELETED, hasResult, isNotAccepted } from '../../rules/status.ts'
import { issueAt, unknownReference } from '../../../writes/row-issues.ts'
import { unitNotValid } from '../../../catalogue/units/lifetime.ts'
import type { Details } from '../../details/details.ts'
import { detailIssues, readDetails } from './details.ts'
import { fieldOn, type Lookups } from '../lookups/lookups.ts'
import { unitBefore, type FoundUnit } from '../lookups/found-unit.ts'
import type { SupplementItem } from '../../schema.ts'
import { MOST_AHEAD, type SentRecord } from '../records/record.ts'
import { BY_VERSION, NO_HISTORY } from '../../rules/timeline.ts'
import type { StoredDossier } from '../../storage/columns.ts'

/**
 * A record in the terms of this service, or all that is wrong with it. The readers below add to one list of issues and
 * return some value in any case: a sound record costs no more than an empty list.
 */
export function normalise (
  record: SentRecord, found: FoundUnit | undefined, lookups: Lookups
): StoredDossier | Issue[] {
  const { item, updated_at: updated } = record
  const issues: Issue[] = []
  const unit = unitBefore(found)
  if (unit === undefined) issues.push(unknownReference('unit', record.unit))
  checkInstant(record, 'updated_at', issues)
  if (item !== null && updated > Date.now() + MOST_AHEAD) {
    const detail = `updated_at (${item.updated_at}) is more than a day from now`
    issues.push(issueAt('updated_at', 'out_of_range', detail))
  }
  if (item?.deleted === true) return issues.length > 0 ? issues : tombstone(record.code, unit!.id, updated)

  if (unit?.reports_dossiers === false) {
    issues.push(issueAt('unit', 'no_own_desk', `unit ${unit.id} has no desk of its own`))
  }
  const procedure = required(record.procedure, 'procedure', issues) ?? ''
  const channel = required(record.channel, 'channel', issues) ?? ''
  const status = statusOf(record.status, lookups, issues)
  const details = item === null ? null : readDetails(item, instant, issues)
  const dossier: StoredDossier = {
    code: record.code,
    unit: unit?.id ?? '',
    level: unit?.level ?? '',
    procedure,
    field: '',
    channel,
    status,
    received_at: receivedAt(record, status, details, issues),
    due_at: checkInstant(record, 'due_at', issues),
    finished_at: checkInstant(record, 'finished_at', issues),
    returned_at: checkInstant(record, 'returned_at', issues),
    updated_at: updated,
    supplements: supplementsOf(item?.supplements, issues),
    details,
    history: NO_HISTORY
  }
  dossier.field = fieldOf(dossier, lookups, issues)
  if (!issues.every(namesUnknown)) return issues

  issues.push(...detailIssues(dossier))
  const endIssue = issueOfEnd(dossier)
  if (endIssue !== null) issues.push(endIssue)
  // Whether it fits the unit follows when that and the procedure are known.
  if (issues.some(namesUnknown)) return issues
  const placed = placedIn(dossier, found!, lookups.successorOf)
  if (!existsWhile(placed, found!)) issues.push(unitNotValid(found!.unit, 'while it had the dossier', found!.related))
  return issues.length > 0 ? issues : placed
}

/** Whether a record is at fault only as the catalogue does not have a unit or a procedure. */
export function namesUnknown ({ code }: Issue): boolean {
  return code === 'unknown_unit' || code === 'unknown_procedure'
}

function tombstone (code: string, unit: string, updated: number): StoredDossier {
  return {
    code, unit, level: '', procedure: '', field: '', channel: '', status: DELETED, received_at: updated, due_at: null,
    finished_at: null, returned_at: null, updated_at: updated, supplements: NONE, details: null,
    history: NO_HISTORY
  }
}

const NONE: readonly Supplement[] = []

function required<T> (value: T | undefined, property: string, issues: Issue[]): T | undefined {
  if (value === undefined) issues.push(issueAt(property, 'missing', `${property} is required unless deleted`))
  return value
}

/** What was filed and is not received yet, or never, is stored as received when it was filed: see `isReceived`. */
function receivedAt (record: SentRecord, status: number, details: Details | null, issues: Issue[]): number {
  const received = checkInstant(record, 'received_at', issues)
  if (received !== null) return received
  const submitted = details?.submitted_at
  if (submitted !== undefined && isNotAccepted(status)) return submitted
  const detail = 'received_at is required unless deleted; with status 1 or 3 submitted_at will do'
  issues.push(issueAt('received_at', 'missing', detail))
  return NaN
}

function fieldOf ({ procedure, received_at: at }: StoredDossier, { procedures }: Lookups, issues: Issue[]): string {
  const found = procedures.get(procedure)
  if (found !== undefined) return fieldOn(found, dayOf(at))
  if (procedure !== '') issues.push(unknownReference('procedure', procedure))
  return ''
}

function statusOf (status: number | string | undefined, { statuses }: Lookups, issues: Issue[]): number {
  if (typeof status === 'number') return status
  if (status === undefined) {
    required(status, 'status', issues)
    return DELETED
  }
  const national = statuses.get(likeText(status))
  if (national === undefined) {
    const detail = `status ${JSON.stringify(status)} of the source is mapped to no national status`
    issues.push(issueAt('status', 'unknown_status', detail))
  }
  return national ?? DELETED
}

function instant (text: string, property: string, issues: Issue[]): number {
  const milliseconds = instantOf(text)
  if (isOutOfRange(milliseconds)) issues.push(outOfRange(property, text))
  return milliseconds
}

/** Notes what is wrong with an instant of a record. @returns it */
function checkInstant<N extends InstantName> (record: SentRecord, name: N, issues: Issue[]): SentRecord[N] {
  const { item, [name]: milliseconds } = record
  if (item !== null && milliseconds !== null && isOutOfRange(milliseconds)) issues.push(outOfRange(name, item[name]!))
  return milliseconds
}

type InstantName = 'received_at' | 'due_at' | 'finished_at' | 'returned_at' | 'updated_at'

function isOutOfRange (milliseconds: number): boolean {
  return milliseconds < EARLIEST || milliseconds >= LATEST
}

function outOfRange (property: string, text: string): Issue {
  return issueAt(property, 'out_of_range', `${property} (${text}) is not between 1975-06-13 and 2199-12-31`)
}

function optionalInstant (text: string | null | undefined, property: string, issues: Issue[]): number | null {
  return text == null ? null : instant(text, property, issues)
}

function supplementsOf (items: readonly SupplementItem[] | undefined, issues: Issue[]): readonly Supplement[] {
  return items === undefined || items.length === 0 ? NONE : someSupplements(items, issues)
}

/** On its own: what its functions refer to would be made for each dossier without supplements as well. */
function someSupplements (items: readonly SupplementItem[], issues: Issue[]): readonly Supplement[] {
  const supplements = items.map((item, i) => {
    const at = (name: keyof SupplementItem) => optionalInstant(item[name], `supplements/${i}/${name}`, issues)
    const requested = at('requested_at')!
    const completed = at('completed_at')
    if (completed !== null && completed < requested) {
      const detail = `completed_at is before requested_at (${item.requested_at})`
      issues.push(issueAt(`supplements/${i}/completed_at`, 'out_of_range', detail))
    }
    return { requested_at: requested, completed_at: completed, old_due_at: at('old_due_at'), new_due_at: at('new_due_at') }
  }).sort((a, b) => a.requested_at - b.requested_at || waitedUntil(a) - waitedUntil(b))
  const overlap = supplements.some((one, i) => waitedUntil(one) > (supplements[i + 1]?.requested_at ?? Infinity))
  if (overlap) {
    const detail = 'a supplement is asked for while another is still waited for'
    issues.push(issueAt('supplements', 'supplements_overlap', detail))
  }
  return supplements
}

function waitedUntil ({ completed_at: completed }: Supplement): number {
  return completed ?? Infinity
}

/** What has ended has ended at some time, and not before it began. */
function issueOfEnd (dossier: StoredDossier): Issue | null {
  const { status, received_at: received } = dossier
  const end = endOf(dossier)
  if (end === null) {
    if (!hasResult(status)) return null
    return issueAt(null, 'end_unknown', `status ${status} has ended, but neither finished_at nor returned_at says when`)
  }
  if (end >= received) return null
  const property = dossier.finished_at !== null ? 'finished_at' : dossier.returned_at !== null ? 'returned_at' : 'updated_at'
  return issueAt(property, 'end_before_received', `${property} is before received_at`)
}

/**
 * A dossier at the unit that its record names. If that had not begun when the dossier was received, it follows from the
 * unit before by the change of units. A part of a split to which that assigns no such dossier gets it by its record, on
 * its first day.
 */
function placedIn (
  dossier: StoredDossier, { unit, before, firstDay }: FoundUnit, successorOf: SuccessorOf
): StoredDossier {
  if (before === null) return dossier
  const hasEnded = (endDayOf(dossier) ?? dayOf(dossier.updated_at)) < firstDay
  if (hasEnded || placeOn(firstDay, dossier, successorOf).unit === unit.id) return dossier
  const history = [{ ...dossier, until: firstDay, closed: false, ...BY_VERSION }]
  return { ...dossier, unit: unit.id, level: unit.level, history }
}

/** A dossier that was open when its unit ended goes on at another, which was not there when it was received. */
function existsWhile (dossier: StoredDossier, { days: { firstDay, lastDay }, related }: FoundUnit): boolean {
  const until = endDayOf(dossier) ?? dayOf(dossier.updated_at)
  return related.predecessors.length === 0 && until >= firstDay && dayOf(dossier.received_at) <= lastDay
}
