import type { Hierarchy } from '../../../../catalogue/hierarchy/hierarchy.ts'
import type { Db } from '../../../../database/connect.ts'
import { inSlowRead } from '../../../../database/time-limits.ts'
import { resultsOfUnits, type Span as CountedSpan } from '../../../../dossiers/counts/index.ts'
import { cutAt } from '../../../../time/cut.ts'
import { TOTAL } from '../../../formulas/check.ts'
import type { CountedName, EvaluationFormula } from '../../../formulas/schema.ts'
import type { Coverage, Facts, NamedRules, Recorded } from '../counts.ts'
import { keyOfPart, type Part, type PartKey } from '../parts.ts'
import type { Span } from '../spans.ts'
import type { UnitInSpan } from '../units.ts'
import { addedUp, type CountedUnits } from './added.ts'
import { standingIn, type Inside, type Standing } from './below.ts'
import { countsIn, measuresFor } from './details-sql.ts'
import { isOnTime, onTimeOfUnits } from './on-time.ts'

interface Asked {
  /** It and what is below it; null: every province. */
  unit: string | null
  /** Each unit is counted once more for each of these. */
  parts: readonly PartKey[]
  hierarchy: Hierarchy
  /** Code of the counting rules of dossiers on time; left out: those of what is counted. */
  rules?: string | undefined
}

type RecordFacts = Pick<Facts, 'recorded' | 'unrecorded' | 'coverage' | 'partsOf'>

/**
 * What dossier records say of units, each with all that stand below it at the end of the span. All spans are counted
 * together, unit by unit as dossiers are stored, and added up here.
 * @param counted what is asked for in each span
 * @param now milliseconds since 1970
 */
export async function recordedFacts (
  db: Db, spans: readonly Span[], units: readonly UnitInSpan[], { unit: top, parts: keys, hierarchy, rules }: Asked,
  counted: readonly (readonly CountedName[])[], now: number
): Promise<RecordFacts> {
  const facts = new FactsFound()
  const begun = spans.flatMap((span, i): CountedSpan[] => {
    const days = counted[i]!.length === 0 || units.every(unit => unit.span !== i) ? null : cutAt(now, span)
    return days === null ? [] : [{ ...days, code: String(i) }]
  })
  if (begun.length === 0) return facts
  const spansOf = (isAsked: (name: CountedName) => boolean) => (
    begun.filter(({ code }) => counted[Number(code)]!.some(isAsked)))
  facts.standings = await standingIn(db, spans, units, top, hierarchy.unitsOf)
  const reporters = begun.flatMap(({ code }) => facts.standings[Number(code)]!.all.map(({ reporter }) => reporter))
  const asked = { units: [...new Set(reporters)], province: top === null ? null : units[0]!.province_code, parts: keys }
  const names = [...new Set(counted.flat())]
  // Of one snapshot; and what has no sums takes longer than a statement usually may.
  await inSlowRead(db, async db => {
    for (const name of names.filter(isOnTime)) {
      const spans = spansOf(one => one === name)
      const { rulesOf, ...found } = await onTimeOfUnits(db, name, { ...asked, spans }, rules)
      for (const { code } of spans) facts.add(code!, found, rulesOf(code!))
    }
    const details = names.filter(name => !isOnTime(name))
    const spans = spansOf(name => !isOnTime(name))
    if (spans.length === 0) return
    const measures = measuresFor(details)
    const rows = await resultsOfUnits(db, { ...asked, spans }, measures)
    const counts = details.map(name => ({ name, of: countsIn(name) }))
    for (const { code } of spans) facts.add(code!, { rows, measures, counts }, null)
  })
  return facts
}

class FactsFound implements RecordFacts {
  /** Of each span. */
  standings: readonly Standing[] = []
  readonly #recorded = new Map<string, Recorded>()
  readonly #parts = new Map<string, Map<string, Part>>()
  /** By span and count: the units with records, and all that stand above them. */
  readonly #withRecords = new Set<string>()

  /** @param rows of any span */
  add<M extends string> (span: string, { rows, ...counted }: CountedUnits<M>, rules: NamedRules | null) {
    const standing = this.standings[Number(span)]!
    const { parts, own } = addedUp({ ...counted, rows: rows.filter(({ period }) => period === span) }, standing)
    for (const { unit, name, part, counts: { numerator, denominator, all }, estimated } of parts) {
      if (denominator === 0) continue
      const values = { numerator, denominator }
      const recorded = { values, source: null, known: denominator, of: all, estimated, rules }
      this.#recorded.set(`${span} ${unit} ${name} ${keyOfPart(part)}`, recorded)
      const ofUnit = this.#parts.get(`${span} ${unit}`) ?? new Map<string, Part>()
      this.#parts.set(`${span} ${unit}`, ofUnit.set(keyOfPart(part), part))
    }
    const paths = new Map(standing.all.map(({ unit, path }) => [unit, path]))
    for (const { unit, name } of own) for (const above of paths.get(unit)!) this.#withRecords.add(`${span} ${name} ${above}`)
  }

  recorded: Facts['recorded'] = ({ span, unit }, name, part) => (
    this.#recorded.get(`${span} ${unit} ${name} ${keyOfPart(part)}`))

  unrecorded: Facts['unrecorded'] = (unit, name) => unitsIn(this.#insideOf(unit)).filter(({ unit: inside }) => (
    inside !== unit.unit && !this.#withRecords.has(`${unit.span} ${name} ${inside}`)))

  coverage: Facts['coverage'] = unit => coverageOf(this.#insideOf(unit))

  partsOf: Facts['partsOf'] = ({ span, unit }) => [...this.#parts.get(`${span} ${unit}`)?.values() ?? []]

  #insideOf ({ span, unit }: UnitInSpan): readonly Inside[] {
    return this.standings[span]!.below.get(unit)!
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
