import type { Issue } from '../../contract/errors.ts'
import { checkOf } from '../../contract/validation.ts'
import type { Outcome } from '../../writes/outcomes.ts'
import type { ResolvedUnit } from '../../catalogue/units/resolve.ts'
import { DELETED } from '../rules/status.ts'
import { normalise, type StoredDossier, type Reject } from './normalise.ts'
import type { Lookups } from './lookups.ts'
import { DossierItem } from '../schema.ts'

const checkItem = checkOf(DossierItem)

export interface IngestContext {
  /** The system that sends: it gives aliases of units and statuses their meaning. */
  source: string
  /** Whether the client may touch dossiers of a unit. */
  mayWrite: (unit: ResolvedUnit) => boolean
}

export interface Ingested {
  /** One for each item. A deletion of what is not there is `unchanged`. */
  outcomes: Outcome[]
  /** What is wrong with those that are rejected; pointers are relative to the item. By index. */
  issues: Map<number, Issue[]>
}

interface WellFormed {
  index: number
  item: DossierItem
}

/** A record on its way in. */
export interface Draft {
  index: number
  dossier: StoredDossier
}

/** What becomes of each item. */
export class Results implements Ingested {
  readonly outcomes: Outcome[]
  readonly issues = new Map<number, Issue[]>()

  constructor (size: number) {
    this.outcomes = Array<Outcome>(size).fill('unchanged')
  }

  reject (index: number, issues: Issue[]) {
    this.outcomes[index] = 'rejected'
    this.issues.set(index, [...this.issues.get(index) ?? [], ...issues])
  }

  rejecterOf (index: number): Reject {
    return (property, code, detail) => {
      this.reject(index, [{ pointer: property === null ? '' : `/${property}`, code, detail }])
    }
  }

  wellFormed (items: readonly unknown[]): WellFormed[] {
    return items.flatMap((item, index) => {
      const issues = checkItem(item, '')
      if (issues.length === 0) return [{ index, item: item as DossierItem }]
      this.reject(index, issues)
      return []
    })
  }
}

/** The items as they would be stored, where nothing is wrong with them, and the province of all of them. */
export function draftsOf (
  results: Results, items: WellFormed[], references: Lookups, { source, mayWrite }: IngestContext
): { province: string, drafts: Draft[] } {
  const forbidden = new Set([...references.units.values()].filter(unit => !mayWrite(unit)).map(({ code }) => code))
  let province = ''
  const drafts = items.flatMap(({ index, item }) => {
    const reject = results.rejecterOf(index)
    const dossier = normalise(item, references, reject)
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
export function newestOf (results: Results, drafts: Draft[]): Draft[] {
  drafts.sort(byCodeNewestFirst)
  let newest: Draft | undefined
  return drafts.filter(draft => {
    if (draft.dossier.code !== newest?.dossier.code) {
      newest = draft
      return true
    }
    results.outcomes[draft.index] = isSame(draft.dossier, newest.dossier) ? 'unchanged' : 'stale'
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

function isSame (a: StoredDossier, b: StoredDossier): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
