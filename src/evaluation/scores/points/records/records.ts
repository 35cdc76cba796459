import { exactly } from '../../../../catalogue/units/resolve.ts'
import type { Hierarchy } from '../../../../catalogue/hierarchy/hierarchy.ts'
import type { Reach } from '../../../../contract/caller.ts'
import type { Db } from '../../../../database/connect.ts'
import { onTime } from '../../../../statistics/on-time/queries.ts'
import { cutAt, type CutDays } from '../../../../time/cut.ts'
import { TOTAL } from '../../../formulas/check.ts'
import type { CountedName, EvaluationFormula } from '../../../formulas/schema.ts'
import { unitsBelow, type Inside } from './below.ts'
import { sumOf, type Coverage, type Facts, type NamedRules, type Recorded } from '../counts.ts'
import type { ResultCount } from '../../../../dossiers/counts/index.ts'
import { countsIn, saidOfResults, type KnownCounts } from './details-sql.ts'
import { keyOfPart, partOf, type Part, type PartKey } from '../parts.ts'
import type { Span } from '../spans.ts'
import type { UnitInSpan } from '../units.ts'

/** What is counted of when dossiers end, and not of what is said of them. */
type OnTimeCount = 'progress' | 'on_time'

/** How dossiers on time are counted: as the portal does, and by the rules of this service. */
const ON_TIME = {
  progress: { basis: 'records', rules: 'portal-766', method: 'handled' },
  on_time: { basis: 'records', rules: 'default', method: 'resolved' }
} as const satisfies Record<OnTimeCount, object>

/** @param rules code of other counting rules; left out: those of what is counted */
export function countingOf (name: OnTimeCount, rules?: string) {
  return rules === undefined ? ON_TIME[name] : { ...ON_TIME[name], rules }
}

export function isOnTime (name: CountedName): name is OnTimeCount {
  return Object.hasOwn(ON_TIME, name)
}

interface Asked {
  /** It and what is below it; null: every province. */
  unit: string | null
  /** Each unit is counted once more for each of these. */
  parts: readonly PartKey[]
  hierarchy: Hierarchy
  reach: Reach
  /** Code of the counting rules of dossiers on time; left out: those of what is counted. */
  rules?: string | undefined
}

type RecordFacts = Pick<Facts, 'recorded' | 'unrecorded' | 'coverage' | 'partsOf'>
type Below = ReadonlyMap<string, readonly Inside[]>
interface CountedPart extends Part {
  unit: string
  name: CountedName
  counts: KnownCounts
  estimated: boolean
  rules: NamedRules | null
}

/**
 * What dossier records say of units, each with all that stand below it at the end of the span.
 * @param counted what is asked for in each span
 * @param now milliseconds since 1970
 */
export async function recordedFacts (
  db: Db, spans: readonly Span[], units: readonly UnitInSpan[], asked: Asked,
  counted: readonly (readonly CountedName[])[], now: number
): Promise<RecordFacts> {
  const found = new Map<string, Recorded>()
  const parts = new Map<string, Map<string, Part>>()
  const insides: Below[] = []
  /** By span and count: the units with records, and all that stand above them. */
  const withRecords = new Map<string, Set<string>>()
  for (const [i, span] of spans.entries()) {
    const within = units.filter(unit => unit.span === i)
    const names = counted[i]!
    const days = cutAt(now, span)
    insides.push(new Map())
    if (days === null || names.length === 0 || within.length === 0) continue
    const below = await unitsBelow(db, span, within, asked.hierarchy.unitsOf)
    insides[i] = below
    for (const name of names) withRecords.set(`${i} ${name}`, new Set())
    const province = asked.unit === null ? null : within[0]!.province_code
    const all = await countsOf(db, { span, days, below, names, province }, asked, now)
    for (const { unit, name, counts: { numerator, denominator, all: of }, estimated, rules, ...part } of all.sums) {
      if (denominator === 0) continue
      const values = { numerator, denominator }
      found.set(`${i} ${unit} ${name} ${keyOfPart(part)}`, { values, source: null, known: denominator, of, estimated, rules })
      const ofUnit = parts.get(`${i} ${unit}`) ?? new Map<string, Part>()
      parts.set(`${i} ${unit}`, ofUnit.set(keyOfPart(part), part))
    }
    const paths = new Map([...below.values()].flat().map(({ unit, path }) => [unit, path]))
    for (const { unit, name } of all.own) {
      for (const above of paths.get(unit) ?? []) withRecords.get(`${i} ${name}`)!.add(above)
    }
  }
  const insideOf = ({ span, unit }: UnitInSpan) => insides[span]!.get(unit)!
  return {
    recorded: ({ span, unit }, name, part) => found.get(`${span} ${unit} ${name} ${keyOfPart(part)}`),
    unrecorded: (unit, name) => unitsIn(insideOf(unit)).filter(({ unit: inside }) => (
      inside !== unit.unit && !withRecords.get(`${unit.span} ${name}`)!.has(inside))),
    coverage: unit => coverageOf(insideOf(unit)),
    partsOf: ({ span, unit }) => [...(parts.get(`${span} ${unit}`) ?? new Map<string, Part>()).values()]
  }
}

/** Each once, however many it has figures of. */
function unitsIn (inside: readonly Inside[]): Inside[] {
  return [...new Map(inside.map(one => [one.unit, one])).values()]
}

/** Of a unit that was split there is one, though several have its figures. */
function coverageOf (inside: readonly Inside[]): Coverage {
  const expected = inside.filter(({ is_expected: isExpected }) => isExpected)
  const recorded = expected.filter(({ is_recorded: isRecorded }) => isRecorded)
  const count = (all: readonly Inside[]) => new Set(all.map(({ reporter }) => reporter)).size
  return { expected: count(expected), reported: count(recorded) }
}

/**
 * What is counted of the criteria that are asked for, of all in a group that is, and of that of the volume.
 * @param asked codes of criteria, of groups and of the total; undefined: all
 */
export function countedIn (formula: EvaluationFormula | undefined, asked: readonly string[] = [TOTAL]): CountedName[] {
  const { groups = [], volume } = formula ?? {}
  const needed = groups.flatMap(({ code, criteria }) => (
    asked.includes(TOTAL) || asked.includes(code) ? criteria
      : criteria.filter(criterion => asked.includes(criterion.code) || criterion.code === volume)))
  return [...new Set(needed.map(({ counted }) => counted).filter(name => name != null))]
}

interface ToCount {
  span: Span
  days: CutDays
  below: Below
  names: readonly CountedName[]
  /** That of the unit asked for; null: all. */
  province: string | null
}

/** `own`: of single units, with any; `sums`: of each unit with all below it. */
interface Counts {
  own: Pick<CountedPart, 'unit' | 'name'>[]
  sums: CountedPart[]
}

async function countsOf (
  db: Db, { span, days, below, names, province }: ToCount, asked: Asked, now: number
): Promise<Counts> {
  const all: Counts[] = []
  for (const name of names.filter(isOnTime)) all.push(await onTimeOf(db, name, span, below, asked, now))
  const details = names.filter(name => !isOnTime(name))
  if (details.length > 0) all.push(await detailsOf(db, days, below, { ...asked, province }, details))
  return { own: all.flatMap(({ own }) => own), sums: all.flatMap(({ sums }) => sums) }
}

/** There are fewer units than this. */
const ALL = { limit: 1_000_000 }

/**
 * Dossiers on time of those that count. What moves between units counts for both, but once for the unit above them:
 * there the sum of the units is not the count, which is then asked for.
 */
async function onTimeOf (
  db: Db, name: OnTimeCount, { from, to }: Span, below: Below,
  { unit: top, parts, hierarchy, reach, rules: asked }: Asked, now: number
): Promise<Counts> {
  const ask = async (unit: string | null, keys: ('unit' | PartKey)[]) => {
    const which = unit === null ? {} : { unit: exactly(unit) }
    const query = { ...countingOf(name, asked), from, to, hierarchy: hierarchy.name, ...which, group_by: keys }
    return (await onTime(db, query, ALL, reach, now)).items
  }
  const rows = await ask(top, ['unit', ...parts])
  const byUnit = Map.groupBy(rows, ({ unit }) => unit)
  const sums: CountedPart[] = []
  for (const [unit, inside] of below) {
    const own = unitsIn(inside).flatMap(({ unit }) => byUnit.get(unit) ?? [])
    const isSum = new Set(own.map(({ unit }) => unit)).size < 2 || own.every(({ transferred_out: out }) => out === 0)
    const added = isSum ? own : await ask(unit, [...parts])
    for (const same of Map.groupBy(added, row => keyOfPart(partOf(row, parts))).values()) {
      const sum = (count: 'numerator' | 'denominator') => sumOf(same, row => row[count]!)
      const counts = { numerator: sum('numerator'), denominator: sum('denominator'), all: sum('denominator') }
      const estimated = same.some(({ estimated }) => estimated)
      const { rules, rules_version } = same[0]!
      sums.push({ unit, name, ...partOf(same[0]!, parts), counts, estimated, rules: { rules, rules_version } })
    }
  }
  const own = rows.filter(({ denominator }) => denominator! > 0).map(({ unit }) => ({ unit: unit!, name }))
  return { own, sums }
}

async function detailsOf (
  db: Db, days: CutDays, below: Below, asked: Asked & Pick<ToCount, 'province'>,
  names: readonly ResultCount[]
): Promise<Counts> {
  const rows = await saidOfResults(db, days, { ...asked, unitsOf: asked.hierarchy.unitsOf }, names)
  const byUnit = Map.groupBy(rows, ({ unit }) => unit)
  const sums = [...below].flatMap(([unit, inside]) => {
    const own = unitsIn(inside).flatMap(({ unit }) => byUnit.get(unit) ?? [])
    return [...Map.groupBy(own, keyOfPart).values()].flatMap(same => names.map((name): CountedPart => {
      const sum = (count: keyof KnownCounts) => sumOf(same, row => countsIn(row, name)[count])
      const counts = { numerator: sum('numerator'), denominator: sum('denominator'), all: sum('all') }
      const estimated = same.some(({ estimated }) => estimated === true)
      return { unit, name, ...partOf(same[0]!, asked.parts), counts, estimated, rules: null }
    }))
  })
  const own = rows.flatMap(row => (
    names.filter(name => countsIn(row, name).denominator > 0).map(name => ({ unit: row.unit, name }))))
  return { own, sums }
}
