// Versions of dossiers that name units or procedures which the catalogue does not have: those of a chunk that are kept
// waiting, and those that wait for nothing any more as the chunk brings what is newer.
import { otherProvince } from '../../../catalogue/units/batch-rules.ts'
import type { Issue } from '../../../contract/errors.ts'
import { issueAt, type RowIssues } from '../../../writes/row-issues.ts'
import type { Write } from '../../../writes/write.ts'
import { unitBefore } from '../lookups/found-unit.ts'
import type { Lookups } from '../lookups/lookups.ts'
import { namesUnknown } from '../normalise/normalise.ts'
import type { WellFormed } from '../records/record.ts'
import { weightOf } from '../rounds.ts'
import type { IngestContext, Keeping, Version } from '../validate.ts'
import { dropOutdated, keepRows, lockWaiting } from './store.ts'
import { MOST_VERSIONS, timeOf, weightOfRow, type WaitingRow } from './thin.ts'

export interface Chunk {
  /** Those that are sound, and those of them that are refused. */
  versions: readonly Version[]
  /** By which something has changed. */
  changes: readonly { index: number }[]
  /** For which what is stored is newer, or deleted. */
  stale: readonly { index: number }[]
  refused: readonly RowIssues[]
  invalid: readonly RowIssues[]
  wellFormed: WellFormed
  lookups: Pick<Lookups, 'unitsOf'>
  /** That of the versions; empty where there are none. */
  province: string
}

/** What became of the invalid rows of a chunk. */
export interface Settled {
  /** With what they wait for. */
  waiting: RowIssues[]
  /** Older than versions that wait. */
  stale: { index: number }[]
  rejected: RowIssues[]
}

/** Keeps rows waiting where that is asked for, and forgets those that wait in vain. */
export async function settleWaiting (write: Write, context: IngestContext, chunk: Chunk): Promise<Settled> {
  const { versions, changes, refused, invalid, wellFormed } = chunk
  const isRefused = new Set(refused.map(({ index }) => index))
  const sound = isRefused.size === 0 ? versions : versions.filter(({ index }) => !isRefused.has(index))
  // A version that was stored before and comes again is not later than one of the same time that came since.
  const changed = context.ignoresRepeats === true ? new Set(changes.map(({ index }) => index)) : null
  const isLater = ({ index }: Version) => changed === null || changed.has(index)
  const some = await lockWaiting(write.trx, context, wellFormed)
  const isStale = new Set(chunk.stale.map(({ index }) => index))
  const dropped = some ? await dropOutdated(write.trx, context, sound, isLater, ({ index }) => isStale.has(index)) : 0
  const settled = context.keep === undefined
    ? { waiting: [], stale: [], rejected: [...invalid] }
    : await keepWaiting(write, context, context.keep, { ...chunk, versions: sound.filter(isLater) })
  // Lists of what waits are answered from memory until something is written.
  if (dropped > 0 || settled.waiting.length > 0) write.ownAuditRows ??= { province: chunk.province, rows: 0 }
  return settled
}

async function keepWaiting (
  { trx }: Write, { source, reach, ignoresRepeats = false }: IngestContext, keep: Keeping, chunk: Chunk
): Promise<Settled> {
  const { versions, invalid, wellFormed, lookups, province } = chunk
  const { mayKeepUnit = () => true, told = (issue: Issue) => issue } = keep
  const { true: unknown = [], false: rejected = [] } = Object.groupBy(invalid, row => `${row.issues.every(namesUnknown)}`)
  if (unknown.length === 0) return { waiting: [], stale: [], rejected }
  const positions = new Map(wellFormed.indexes.map((index, position) => [index, position]))
  const rows: WaitingRow[] = []
  let common = province
  for (const { index, issues } of unknown) {
    const position = positions.get(index)!
    const { code, updated_at, item: sent } = wellFormed.recordAt(position)
    // What may be kept is read with what was sent.
    const item = sent!
    const unit = unitBefore(lookups.unitsOf[position])
    if (unit === undefined && !mayKeepUnit(item.unit)) {
      rejected.push({ index, issues })
      continue
    }
    common ||= unit?.province_code ?? keep.province
    if (unit !== undefined && unit.province_code !== common) {
      rejected.push({ index, issues: [...issues, otherProvince(common)] })
      continue
    }
    rows.push({
      index, code, line: keep.lineOf(index), updated_at, owner: unit?.id ?? reach,
      issues: issues.map(issue => told(waitsFor(issue))), item: { ...item, code },
      missing_unit: unit === undefined ? item.unit : null,
      missing_procedure: issues.some(({ code }) => code === 'unknown_procedure') ? item.procedure! : null
    })
  }
  const sender = { ...keep, source, reach, province: common, ignoresRepeats }
  const versionsOf = Map.groupBy(versions, ({ dossier }) => timeOf(dossier))
  const isReplaced = (row: WaitingRow) => (versionsOf.get(timeOf(row)) ?? []).some(version => (
    weightOf(version) - weightOfRow(row) || version.index - row.index) > 0)
  const { true: replaced = [], false: others = [] } = Object.groupBy(rows, row => `${isReplaced(row)}`)
  const { surplus, excess, stale: older } = await keepRows(trx, sender, others)
  const stale = [...replaced, ...older]
  const left = new Set([...surplus, ...excess, ...stale])
  return {
    waiting: rows.filter(row => !left.has(row)), stale,
    rejected: [
      ...rejected, ...surplus.map(({ index }) => ({ index, issues: [tooMany(source)] })),
      ...excess.map(({ index, code }) => ({ index, issues: [tooManyVersions(code)] }))
    ]
  }
}

function waitsFor ({ code, pointer, detail }: Issue): Issue {
  const waiting = code === 'unknown_unit' ? 'waiting_for_unit' : 'waiting_for_procedure'
  return { pointer, code: waiting, detail: `${detail}; the dossier waits for it` }
}

function tooMany (source: string): Issue {
  return issueAt(null, 'too_many_waiting', `too many versions of dossiers of source ${source}, or of this client, wait already; see /v1/unknown-codes`)
}

function tooManyVersions (code: string): Issue {
  return issueAt('code', 'too_many_versions', `${MOST_VERSIONS} versions of dossier ${code} wait already; see /v1/unknown-codes`)
}
