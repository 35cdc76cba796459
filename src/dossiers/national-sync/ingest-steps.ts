import { resolveUnits, type ResolvedUnit } from '../../catalogue/units/resolve.ts'
import { reaches, type Reach } from '../../contract/caller.ts'
import { DomainError, invalid, type Issue } from '../../contract/errors.ts'
import type { Trx } from '../../database/connect.ts'
import { today } from '../../time/business-day.ts'
import type { IssuesByRow } from '../../writes/row-issues.ts'
import type { Write } from '../../writes/write.ts'
import { ingestDossiers, type Ingested } from '../ingest/chunk.ts'
import { isOpen } from '../rules/status.ts'
import { nationalIssue } from './format/issues.ts'
import { nationalStep, type Step } from './format/step.ts'
import type { Sender } from './ingest-dossiers.ts'
import { dossiersWithSteps, stepsApplied, storeSteps, type StepsOwner } from './steps.ts'

/**
 * Takes steps in. Only those to a status that is open change anything: an end needs its date, which only the dossier
 * gives, and what is not accepted counts nowhere. A step whose dossier is not there yet is remembered.
 * @throws DomainError `invalid_request`, `forbidden_rows`
 */
export async function ingestNationalSteps (
  write: Write, { source, unit }: Sender, data: readonly unknown[]
): Promise<Ingested> {
  const { trx, by: { client, unit: reach } } = write
  const { province_code: province } = await unitOfSender(trx, source, unit, reach)
  const owner: StepsOwner = { client, source }
  const now = Date.now()
  const issues: IssuesByRow = new Map()
  const outcomes = Array<Ingested['outcomes'][number]>(data.length).fill('unchanged')
  const steps: Step[] = []
  const newest = new Map<string, Step & { index: number }>()
  data.forEach((sent, index) => {
    const step = nationalStep(sent, now)
    if (Array.isArray(step)) {
      issues.set(index, step)
      outcomes[index] = 'rejected'
      return
    }
    if (!isOpen(step.status)) return
    steps.push(step)
    const other = newest.get(step.code)
    if (other === undefined || isNewer(step, other)) newest.set(step.code, { ...step, index })
    if (other !== undefined) outcomes[isNewer(step, other) ? other.index : index] = 'stale'
  })
  const { codes, before } = await storeSteps(trx, province, owner, steps)
  const items = await dossiersWithSteps(trx, province, owner, reach, codes, before)
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
