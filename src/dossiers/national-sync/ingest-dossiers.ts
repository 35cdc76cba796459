import { resolveUnits } from '../../catalogue/units/resolve.ts'
import type { Trx } from '../../database/connect.ts'
import { today } from '../../time/business-day.ts'
import type { IssuesByRow } from '../../writes/row-issues.ts'
import type { Write } from '../../writes/write.ts'
import { ingestDossiers, type Ingested } from '../ingest/chunk.ts'
import type { DossierItem } from '../schema.ts'
import { isCertain, nationalDossier, type Reading } from './format/dossier.ts'
import { nationalIssue, nationalPointer } from './format/issues.ts'
import { isUnitCode, UNIT } from './format/message.ts'
import { isSent } from './format/values.ts'
import { stepsApplied } from './steps.ts'

/** Who sends. */
export interface Sender {
  source: string
  /** The name of its unit. */
  unit: string
}

/** The import that what is sent belongs to. */
export interface Import {
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
export async function ingestNationalDossiers (
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
