import { resolveUnits } from '../../catalogue/units/resolve.ts'
import type { Trx } from '../../database/connect.ts'
import { today } from '../../time/business-day.ts'
import type { IssuesByRow } from '../../writes/row-issues.ts'
import type { Write } from '../../writes/write.ts'
import { ingestDossiers, type Ingested } from '../ingest/chunk.ts'
import type { DossierItem } from '../schema.ts'
import { isCertain, type nationalDossier } from './format/dossier.ts'
import { nationalIssue, nationalPointer } from './format/issues.ts'
import { isUnitCode, UNIT } from './format/message.ts'
import { stepsApplied } from './steps.ts'

/** What is read of a dossier, or all that is wrong with it. */
export type NationalDossier = ReturnType<typeof nationalDossier>

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
  write: Write, { source, unit, import: id, lineOf }: Sender & Import, read: readonly NationalDossier[]
): Promise<Ingested> {
  const { trx, by } = write
  const { client, province_code: province } = by
  const unitOf = await unitNames(trx, source, unit, read)
  const items: DossierItem[] = []
  const positions: number[] = []
  const issues: IssuesByRow = new Map()
  read.forEach((item, index) => {
    if (Array.isArray(item)) issues.set(index, item)
    else positions[items.push(atUnit(item, unitOf(item.unit))) - 1] = index
  })
  const context = {
    source, reach: by.unit, ignoresRepeats: true, isWellFormed: isCertain, adjust: stepsApplied({ client, source }),
    keep: {
      import: id, client, province, national: true, lineOf: (i: number) => lineOf(positions[i]!),
      mayKeepUnit: isUnitCode, told: nationalIssue
    }
  }
  return placed(read.length, issues, positions, await ingestDossiers(write, items, context))
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

function atUnit (item: DossierItem, unit: string): DossierItem {
  return unit === item.unit ? item : { ...item, unit }
}

/**
 * The unit of a dossier by its office: that, where it is a code or an alias of a unit, or has the shape of a code and
 * may be known later; otherwise the unit of the sender.
 */
async function unitNames (
  trx: Trx, source: string, unit: string, read: readonly NationalDossier[]
): Promise<(office: string) => string> {
  const offices = new Set(read.map(item => Array.isArray(item) ? '' : item.unit))
  const names = [...offices].filter(name => UNIT.test(name))
  if (names.length === 0) return () => unit
  const unitOf = await resolveUnits(trx, names.map(name => ({ name, source })))
  const known = new Set(names.filter(name => unitOf({ name, source }, today()) !== undefined))
  return office => known.has(office) || isUnitCode(office) ? office : unit
}
