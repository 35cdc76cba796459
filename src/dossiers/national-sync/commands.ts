import type { Semaphore } from '../../concurrency/semaphore.ts'
import { reaches, type Reach } from '../../contract/caller.ts'
import { DomainError, invalid, type Issue } from '../../contract/errors.ts'
import type { Db, Trx } from '../../database/connect.ts'
import { resolveUnits, type ResolvedUnit } from '../../catalogue/units/resolve.ts'
import { assertSource } from '../../catalogue/sources/register.ts'
import { today } from '../../time/business-day.ts'
import { assertBatchSize } from '../../writes/batch.ts'
import type { IssuesByRow } from '../../writes/row-issues.ts'
import type { Written } from '../../writes/unit-of-work.ts'
import type { Origin, Write } from '../../writes/write.ts'
import { addToImport, beginImport, endImport } from '../imports/commands.ts'
import { countsOf } from '../imports/counts.ts'
import { ingestDossiers, type Ingested } from '../ingest/chunk.ts'
import { errorsOf, ingestStream, MAX_ERRORS, type ImportOptions, type Stream } from '../ingest/stream.ts'
import type { DossierItem, DossierAnswer } from '../schema.ts'
import { isCertain, nationalDossier, type Reading } from './dossier.ts'
import { nationalIssue, nationalPointer } from './issues.ts'
import { isUnitCode, UNIT, type Message } from './message.ts'
import type { NationalSyncAnswer } from './schema.ts'
import {
  dossiersInProcess, isInProcess, nationalStep, stepsApplied, storeSteps, type Step, type StepsOwner
} from './steps.ts'
import { isSent } from './values.ts'

/**
 * Takes a message in, without what is at fault in it, in one transaction.
 * @throws DomainError `too_many_items`, `invalid_request`, `forbidden_rows`
 */
export async function postNationalDossiers (
  write: Write, { service, unit, data }: Message, { source, dry_run }: ImportOptions
): Promise<NationalSyncAnswer> {
  assertBatchSize(data, '; as lines of JSON there may be any number')
  const { trx, by } = write
  await assertSource(trx, source, '/query/source')
  // First, as rows that wait name it.
  const id = dry_run ? null : await beginImport(trx, by, { source, dry_run, idempotency_key: null })
  const sender = { source, unit, import: id ?? 0, lineOf }
  const ingest = service === 'DongBoHoSoMC' ? ingestNational : ingestSteps
  const { outcomes, issues, waits, conflicts, warnings: { count, first } } = await ingest(write, sender, data)
  const counts = countsOf(outcomes, conflicts)
  const byLine = (listed: IssuesByRow) => errorsOf(listed, lineOf).sort((a, b) => a.line - b.line)
  const errors = byLine(issues)
  const warnings = first.map(({ index, warning }) => ({ line: lineOf(index), ...warning }))
  const odd = { warning_count: count, warnings }
  const answer = { ...counts, errors: byLine(new Map([...issues, ...waits])).slice(0, MAX_ERRORS), ...odd }
  if (id === null) return nationalAnswer({ import: id, ...answer }, outcomes)
  await addToImport(trx, by, id, { counts, errors, ...odd })
  await endImport(trx, by, id, 'done', { ...counts, ...odd })
  return nationalAnswer({ import: id, ...answer }, outcomes)
}

/**
 * Takes dossiers of the national format in as lines of JSON, any number of them.
 * @throws what `ingestStream` throws
 */
export async function importNationalDossiers (
  db: Db, writers: Semaphore, origin: Origin, stream: Stream, options: ImportOptions, unit: string
): Promise<Written<NationalSyncAnswer>> {
  const { source } = options
  const { answer, replayed } = await ingestStream(db, writers, origin, stream, options, {
    codeOf: item => isSent(item) ? item['MaHoSo'] : undefined,
    ingest: (write, items, id, lineOf) => ingestNational(write, { source, unit, import: id, lineOf }, items)
  })
  return { answer: nationalAnswer(answer, null), replayed }
}

function lineOf (index: number): number {
  return index + 1
}

function nationalAnswer (answer: DossierAnswer, outcomes: Ingested['outcomes'] | null): NationalSyncAnswer {
  const { received, rejected, waiting } = answer
  const message = rejected === 0
    ? `${received} received${waiting === 0 ? '' : `, of which ${waiting} wait for codes that the catalogue does not have, see errors`}`
    : `${rejected} of ${received} refused, see errors; the others are stored. Send all of it again when those are mended`
  return { error_code: rejected === 0 ? '0' : '-1', message, ...answer, outcomes }
}

interface Sender {
  source: string
  /** The name of its unit. */
  unit: string
}

interface Import {
  /** Its id; 0: a dry run. */
  import: number
  /** Of what was sent, by its index. */
  lineOf: (index: number) => number
}

/**
 * The place for what ingest is to do with dossiers of this format alone. Those with unknown codes are kept waiting.
 * What waits keeps the name of its unit as it came, which can be a name of a person by mistake: only what has the shape
 * of a code may wait.
 */
async function ingestNational (
  write: Write, { source, unit, import: id, lineOf }: Sender & Import, data: readonly unknown[]
): Promise<Ingested> {
  const { trx, by } = write
  const { client, province_code: province } = by
  const reading: Reading = { unitOf: await unitNames(trx, source, unit, data), now: Date.now() }
  const items: DossierItem[] = []
  const positions: number[] = []
  const issues: IssuesByRow = new Map()
  data.forEach((sent, index) => {
    const item = nationalDossier(sent, reading)
    if (Array.isArray(item)) issues.set(index, item)
    else positions[items.push(item) - 1] = index
  })
  const context = {
    source, reach: by.unit, ignoresRepeats: true, isWellFormed: isCertain, adjust: stepsApplied({ client, source }),
    keep: {
      import: id, client, province, national: true, lineOf: (i: number) => lineOf(positions[i]!),
      mayKeepUnit: isUnitCode, told: nationalIssue
    }
  }
  return placed(data.length, issues, positions, await ingestDossiers(write, items, context))
}

/** What became of items, at their positions in what was sent, in the terms of the sender. */
function placed (received: number, faults: IssuesByRow, positions: readonly number[], ingested: Ingested): Ingested {
  const { warnings } = ingested
  const outcomes = Array<Ingested['outcomes'][number]>(received).fill('rejected')
  ingested.outcomes.forEach((outcome, i) => { outcomes[positions[i]!] = outcome })
  const issues = new Map(faults)
  for (const [i, each] of ingested.issues) issues.set(positions[i]!, each.map(nationalIssue))
  const waits = new Map([...ingested.waits].map(([i, each]) => [positions[i]!, each]))
  const first = warnings.first.map(({ index, warning }) => (
    { index: positions[index]!, warning: { ...warning, pointer: nationalPointer(warning.pointer) } }))
  return { ...ingested, outcomes, issues, waits, warnings: { count: warnings.count, first } }
}

/**
 * The unit of a dossier: its office where that is a code or an alias of a unit, or has the shape of a code and may be
 * known later; otherwise the unit of the sender.
 */
async function unitNames (
  trx: Trx, source: string, unit: string, data: readonly unknown[]
): Promise<Reading['unitOf']> {
  const offices = new Set(data.map(sent => isSent(sent) ? sent['DonViXuLy'] : undefined))
  const names = [...offices].filter(name => typeof name === 'string').map(name => name.trim()).filter(name => UNIT.test(name))
  if (names.length === 0) return () => unit
  const unitOf = await resolveUnits(trx, names.map(name => ({ name, source })))
  const known = new Set(names.filter(name => unitOf({ name, source }, today()) !== undefined))
  return office => typeof office === 'string' && (known.has(office.trim()) || isUnitCode(office.trim())) ? office.trim() : unit
}

/** Takes steps in. A step whose dossier is not there yet is remembered. */
async function ingestSteps (write: Write, { source, unit }: Sender, data: readonly unknown[]): Promise<Ingested> {
  const { trx, by: { client, unit: reach } } = write
  const { province_code: province } = await unitOfSender(trx, source, unit, reach)
  const owner: StepsOwner = { client, source }
  const now = Date.now()
  const issues: IssuesByRow = new Map()
  const outcomes = Array<Ingested['outcomes'][number]>(data.length).fill('unchanged')
  const newest = new Map<string, Step & { index: number }>()
  data.forEach((sent, index) => {
    const step = nationalStep(sent, now)
    if (Array.isArray(step)) {
      issues.set(index, step)
      outcomes[index] = 'rejected'
      return
    }
    if (!isInProcess(step.status)) return
    const other = newest.get(step.code)
    if (other === undefined || isNewer(step, other)) newest.set(step.code, { ...step, index })
    if (other !== undefined) outcomes[isNewer(step, other) ? other.index : index] = 'stale'
  })
  const stored = await storeSteps(trx, province, owner, [...newest.values()])
  const items = await dossiersInProcess(trx, province, owner, reach, stored)
  const ingested = await ingestDossiers(write, items, { source, reach, adjust: stepsApplied(owner) })
  const indexOf = (i: number) => newest.get(items[i]!.code)!.index
  ingested.outcomes.forEach((outcome, i) => { outcomes[indexOf(i)] = outcome })
  for (const [i, each] of ingested.issues) issues.set(indexOf(i), each.map(nationalIssue))
  return { ...ingested, outcomes, issues, warnings: { count: 0, first: [] } }
}

function isNewer (step: Step, other: Step): boolean {
  return step.at > other.at || (step.at === other.at && step.status > other.status)
}

/** @throws DomainError `invalid_request`, `forbidden_rows` */
async function unitOfSender (trx: Trx, source: string, name: string, reach: Reach): Promise<ResolvedUnit> {
  const unit = (await resolveUnits(trx, [{ name, source }]))({ name, source }, today())
  if (unit === undefined) throw invalid('/madonvi', 'unknown_unit', 'the unit of the sender is no code and no alias of a unit')
  if (reaches(reach, unit)) return unit
  const issue: Issue = { pointer: '/madonvi', code: 'forbidden_unit', detail: 'this key may not write dossiers of the unit of the sender' }
  throw new DomainError('forbidden_rows', issue.detail, [issue])
}
