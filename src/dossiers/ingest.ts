import type { Trx } from '../database/connect.ts'
import type { Write } from '../database/write.ts'
import type { Fault } from '../fault.ts'
import { checkOf } from '../http/validation.ts'
import type { ResolvedUnit } from '../units/resolve.ts'
import { DELETED, dossierOf, type Dossier, type Reject } from './dossier.ts'
import { lookUp, unitsNamed, type References } from './references.ts'
import { DossierItem } from './schema.ts'
import { accountFor, addNew, differing, locked, replace, type DossierChange, type Target } from './store.ts'
import { Differences } from './sums.ts'

export interface IngestContext {
  /** The system that sends: it gives aliases of units and statuses their meaning. */
  source: string
  /** Whether the client may touch dossiers of a unit. */
  mayWrite: (unit: ResolvedUnit) => boolean
}

/**
 * `stale`: something newer is stored, or in the same chunk. `deleted`: it was there; where nothing was, a deletion is
 * `unchanged`.
 */
export type Outcome = 'created' | 'updated' | 'unchanged' | 'deleted' | 'stale' | 'rejected'

export interface Ingested {
  /** One for each item. */
  outcomes: Outcome[]
  /** What is wrong with those that are rejected; pointers are relative to the item. By index. */
  faults: Map<number, Fault[]>
}

interface WellFormed {
  index: number
  item: DossierItem
}

/** A record on its way in. */
interface Draft {
  index: number
  dossier: Dossier
}

const checkItem = checkOf(DossierItem)

/**
 * Takes in dossiers of one province: keeps the newest version of each, what it was before, and the sums. An item can be
 * anything. Those at fault are left out; whoever wants all or nothing rolls back.
 * @param write with no other chunk in it: two that lock rows in turn could wait for each other
 */
export async function ingestDossiers (
  write: Write, items: readonly unknown[], context: IngestContext
): Promise<Ingested> {
  const { trx } = write
  const chunk = new Chunk(items.length)
  const wellFormed = chunk.wellFormed(items)
  const references = await lookUp(trx, context.source, wellFormed.map(({ item }) => item))
  const { province, drafts } = draftsOf(chunk, wellFormed, references, context)
  const newest = newestOf(chunk, drafts)
  if (newest.length === 0) return chunk

  const target = { province, source: context.source, write: await write.takeId() }
  const { differences, changes, stored } = await keep(trx, chunk, newest, target, context)
  // Also where nothing counts as changed: a deletion of what was not there leaves a row, which says who wrote it.
  if (stored) write.accounted = { province, rows: changes.length }
  await accountFor(trx, target, changes, write.recorded.length)
  await differences.write(trx, province)
  return chunk
}

class Chunk implements Ingested {
  readonly outcomes: Outcome[]
  readonly faults = new Map<number, Fault[]>()

  constructor (size: number) {
    this.outcomes = Array<Outcome>(size).fill('unchanged')
  }

  reject (index: number, faults: Fault[]) {
    this.outcomes[index] = 'rejected'
    this.faults.set(index, [...this.faults.get(index) ?? [], ...faults])
  }

  rejecterOf (index: number): Reject {
    return (property, code, detail) => {
      this.reject(index, [{ pointer: property === null ? '' : `/${property}`, code, detail }])
    }
  }

  wellFormed (items: readonly unknown[]): WellFormed[] {
    return items.flatMap((item, index) => {
      const faults = checkItem(item, '')
      if (faults.length === 0) return [{ index, item: item as DossierItem }]
      this.reject(index, faults)
      return []
    })
  }
}

function draftsOf (
  chunk: Chunk, items: WellFormed[], references: References, { source, mayWrite }: IngestContext
): { province: string, drafts: Draft[] } {
  const forbidden = new Set([...references.units.values()].filter(unit => !mayWrite(unit)).map(({ code }) => code))
  let province = ''
  const drafts = items.flatMap(({ index, item }) => {
    const reject = chunk.rejecterOf(index)
    const dossier = dossierOf(item, references, reject)
    if (item.source !== undefined && item.source !== source) {
      reject('source', 'forbidden_source', `this key reports for ${source} alone`)
      return []
    }
    if (dossier === null) return []
    if (forbidden.has(dossier.unit)) {
      reject('unit', 'forbidden_unit', `this key may not write dossiers of unit ${dossier.unit}`)
      return []
    }
    const { province_code: code } = references.units.get(item.unit)!
    province ||= code
    if (code === province) return [{ index, dossier }]
    reject('unit', 'several_provinces', `a batch is for one province; this one began with ${province}`)
    return []
  })
  return { province, drafts }
}

/** The newest of each code, in the order of the codes. A history in one file is nothing unusual. */
function newestOf (chunk: Chunk, drafts: Draft[]): Draft[] {
  drafts.sort(byCodeNewestFirst)
  let newest: Draft | undefined
  return drafts.filter(draft => {
    if (draft.dossier.code !== newest?.dossier.code) {
      newest = draft
      return true
    }
    chunk.outcomes[draft.index] = isSame(draft.dossier, newest.dossier) ? 'unchanged' : 'stale'
    return false
  })
}

/** Of two versions of the same time a deletion wins, else the later. */
function byCodeNewestFirst (a: Draft, b: Draft): number {
  if (a.dossier.code < b.dossier.code) return -1
  if (a.dossier.code > b.dossier.code) return 1
  return b.dossier.updated_at - a.dossier.updated_at ||
    Number(b.dossier.status === DELETED) - Number(a.dossier.status === DELETED) || b.index - a.index
}

function isSame (a: Dossier, b: Dossier): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

interface Kept {
  /** In the sums. */
  differences: Differences
  changes: DossierChange[]
  /** Whether any row is not as it was. */
  stored: boolean
}

async function keep (
  trx: Trx, chunk: Chunk, drafts: Draft[], target: Target, context: IngestContext
): Promise<Kept> {
  const differences = new Differences()
  const changes: DossierChange[] = []
  const existing = new Set(await addNew(trx, target, drafts.map(({ dossier }) => dossier)))
  drafts.forEach(({ index, dossier }, position) => {
    if (existing.has(position) || dossier.status === DELETED) return
    chunk.outcomes[index] = 'created'
    differences.add(dossier)
    changes.push({ action: 'created', code: dossier.code, unit: dossier.unit })
  })
  const known = drafts.filter((_, position) => existing.has(position))
  const replacing = await lockChanged(trx, chunk, known, target, context)
  const stored = existing.size < drafts.length || replacing.length > 0
  if (replacing.length === 0) return { differences, changes, stored }

  await replace(trx, target, replacing.map(({ draft }) => draft.dossier))
  for (const { draft: { index, dossier }, before } of replacing) {
    const outcome = outcomeOf(before, dossier)
    chunk.outcomes[index] = outcome
    differences.remove(before)
    differences.add(dossier)
    if (outcome !== 'unchanged') changes.push({ action: outcome, code: dossier.code, unit: dossier.unit })
  }
  return { differences, changes, stored }
}

function outcomeOf (before: Dossier, after: Dossier): DossierChange['action'] | 'unchanged' {
  if (after.status === DELETED) return before.status === DELETED ? 'unchanged' : 'deleted'
  return before.status === DELETED ? 'created' : 'updated'
}

interface Replacing {
  draft: Draft
  before: Dossier
}

/** Finds what really changes, and locks that alone: most of what is sent again is as it was. */
async function lockChanged (
  trx: Trx, chunk: Chunk, drafts: Draft[], { province }: Target, context: IngestContext
): Promise<Replacing[]> {
  if (drafts.length === 0) return []
  const different = await differing(trx, province, drafts.map(({ dossier }) => dossier))
  for (const { position, stale } of different) {
    if (stale) chunk.outcomes[drafts[position]!.index] = 'stale'
  }
  const positions = new Set(different.filter(({ stale }) => !stale).map(({ position }) => position))
  const changed = drafts.filter((_, position) => positions.has(position))
  if (changed.length === 0) return []

  const rows = await locked(trx, province, changed.map(({ dossier }) => dossier))
  const stored = rows.filter(({ before }) => before.status !== DELETED).map(({ before }) => before.unit)
  const units = await unitsNamed(trx, context.source, stored)
  return rows.flatMap(({ position, stale, same, before }) => {
    const draft = changed[position]!
    // Somebody else was faster.
    if (stale) chunk.outcomes[draft.index] = 'stale'
    if (stale || same) return []
    const unit = before.status === DELETED ? undefined : units.get(before.unit)!
    if (unit === undefined || context.mayWrite(unit)) return [{ draft, before }]
    chunk.rejecterOf(draft.index)('unit', 'forbidden_unit', `this key may not take dossiers out of unit ${unit.code}`)
    return []
  })
}
