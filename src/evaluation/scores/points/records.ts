import { sql } from 'kysely'
import { isVersionOn } from '../../../catalogue/hierarchy/places-sql.ts'
import { exactly } from '../../../catalogue/units/resolve.ts'
import type { Reach } from '../../../contract/caller.ts'
import type { Db } from '../../../database/connect.ts'
import { onTime } from '../../../statistics/on-time/queries.ts'
import { cutAt, type CutDays } from '../../../time/cut.ts'
import type { CountedName, EvaluationFormula } from '../../formulas/schema.ts'
import type { Facts, Recorded } from './counts.ts'
import { saidOfResults, type DetailCount, type KnownCounts, type OnTimeCount } from './details-sql.ts'
import type { Span } from './spans.ts'
import type { UnitInSpan } from './units.ts'

/** How dossiers on time are counted: as the portal does, and by the rules of this service. */
export const ON_TIME = {
  progress: { basis: 'records', rules: 'portal-766', method: 'handled' },
  on_time: { basis: 'records', rules: 'default', method: 'resolved' }
} as const satisfies Record<OnTimeCount, object>

interface Asked {
  /** It and what is below it; null: every province. */
  unit: string | null
  reach: Reach
}

/**
 * What dossier records say of units, each with all that stand below it at the end of the span.
 * @param counted what is asked for in each span
 * @param now milliseconds since 1970
 */
export async function recordedFacts (
  db: Db, spans: readonly Span[], units: readonly UnitInSpan[], asked: Asked,
  counted: readonly (readonly CountedName[])[], now: number
): Promise<Facts['recorded']> {
  const found = new Map<string, Recorded>()
  for (const [i, span] of spans.entries()) {
    const within = units.filter(unit => unit.span === i)
    const names = counted[i]!
    const days = cutAt(now, span)
    if (days === null || names.length === 0 || within.length === 0) continue
    const below = await unitsBelow(db, span, within)
    const add = (unit: string, name: CountedName, { numerator, denominator, all }: KnownCounts) => {
      if (denominator > 0) found.set(`${i} ${unit} ${name}`, { values: { numerator, denominator }, source: null, known: denominator, of: all })
    }
    for (const name of names.filter(isOnTime)) {
      for (const [unit, counts] of await onTimeOf(db, ON_TIME[name], span, below, asked, now)) add(unit, name, counts)
    }
    const details = names.filter(name => !isOnTime(name))
    if (details.length === 0) continue
    for (const [unit, name, counts] of await detailsOf(db, days, below, asked, details)) add(unit, name, counts)
  }
  return ({ span, unit }, name) => found.get(`${span} ${unit} ${name}`)
}

function isOnTime (name: CountedName): name is OnTimeCount {
  return Object.hasOwn(ON_TIME, name)
}

/** What a formula asks of records. */
export function countedIn (formula: EvaluationFormula | undefined): CountedName[] {
  const criteria = formula?.groups.flatMap(({ criteria }) => criteria) ?? []
  return [...new Set(criteria.map(({ counted }) => counted).filter(name => name != null))]
}

/** Each unit with those that stand at or below it on the last day. */
async function unitsBelow (db: Db, { to }: Span, units: readonly UnitInSpan[]): Promise<Map<string, string[]>> {
  const below = new Map(units.map(({ unit }) => [unit, [] as string[]]))
  const { rows } = await sql<{ unit: string, path: string[] }>`
    select versions.unit, versions.path from unit_versions as versions join units on units.id = versions.unit
    where versions.path && ${[...below.keys()]}::text[] and ${isVersionOn(sql`${to}::date`)}`.execute(db)
  for (const { unit, path } of rows) for (const above of path) below.get(above)?.push(unit)
  return below
}

/** There are fewer units than this. */
const ALL = { limit: 1_000_000 }

/**
 * Dossiers on time of those handled. What moves between units counts for both, but once for the unit above them: there
 * the sum of the units is not the count, which is then asked for.
 */
async function onTimeOf (
  db: Db, question: typeof ON_TIME[OnTimeCount], { from, to }: Span, below: ReadonlyMap<string, string[]>,
  { unit: top, reach }: Asked, now: number
): Promise<Map<string, KnownCounts>> {
  const ask = async (unit: string | null, keys: 'unit'[]) => {
    const which = unit === null ? {} : { unit: exactly(unit) }
    return (await onTime(db, { ...question, from, to, ...which, group_by: keys }, ALL, reach, now)).items
  }
  const rows = new Map((await ask(top, ['unit'])).map(row => [row.unit, row]))
  const counted = new Map<string, KnownCounts>()
  for (const [unit, inside] of below) {
    const own = inside.map(unit => rows.get(unit)).filter(row => row !== undefined)
    const isSum = own.length < 2 || own.every(({ transferred_out: out }) => out === 0)
    const parts = isSum ? own : await ask(unit, [])
    const sum = (name: 'numerator' | 'denominator') => parts.reduce((total, row) => total + row[name]!, 0)
    counted.set(unit, { numerator: sum('numerator'), denominator: sum('denominator'), all: sum('denominator') })
  }
  return counted
}

async function detailsOf (
  db: Db, days: CutDays, below: ReadonlyMap<string, string[]>, { unit: top }: Asked, names: readonly DetailCount[]
): Promise<[string, DetailCount, KnownCounts][]> {
  const rows = await saidOfResults(db, days, top)
  return [...below].flatMap(([unit, inside]) => {
    const own = inside.map(unit => rows.get(unit)).filter(row => row !== undefined)
    return names.map((name): [string, DetailCount, KnownCounts] => {
      const sum = (count: keyof KnownCounts) => own.reduce((total, row) => total + row[name][count], 0)
      return [unit, name, { numerator: sum('numerator'), denominator: sum('denominator'), all: sum('all') }]
    })
  })
}
