import type { Period } from '../../../catalogue/periods/schema.ts'
import type { Subtree } from '../../../catalogue/units/resolve.ts'
import type { Db } from '../../../database/connect.ts'
import { EACH, type Meaning } from '../../rules/names.ts'
import { rulesFor } from '../../rules/store.ts'
import { figuresFor, prepared, tried, type Breach, type PreparedRule, type Untried } from './compare.ts'
import { dossierSums, type DossierSums } from './dossier-figures.ts'
import { keyOfDossiers, ReportFigures, type DossiersOf } from './figures.ts'
import { relatedPeriods, type RelatedPeriods } from './related-periods.ts'
import { figuresByUnit, type UnitFigures } from './values.ts'

/** What rules find in the report of one unit. */
export interface CheckedReport {
  unit: string
  breaches: Breach[]
  untried: Untried[]
}

export interface AllChecked {
  rules: readonly PreparedRule[]
  reports: CheckedReport[]
}

interface Asked {
  form: string
  period: Period
  /** null: all units. */
  subtree: Subtree | null
  /** Only this unit, which is checked although it may have reported nothing; left out: all that have reported. */
  only?: string
}

/**
 * Tries every rule that holds for the period on the reports of units. Values of all units are read in
 * one statement, and so are the dossiers of a period, if there is a unit of which a rule has all else that it needs.
 * @param now milliseconds since 1970
 */
export async function checkedReports (
  db: Db, { form, period, subtree, only }: Asked, now: number
): Promise<AllChecked> {
  const rules = (await rulesFor(db, form, period)).map(prepared)
  const related = await relatedPeriods(db, period)
  const others = [...new Set([...related.earlier, ...related.opening, ...related.parts])]
  const asked = { form, period, others, indicators: indicatorsOfOthers(rules) }
  const values = await figuresByUnit(db, asked, subtree)
  const units = only === undefined ? [...values.keys()].sort() : [only]
  const figuresWith = (unit: string, dossiers: DossiersOf) => (
    new ReportFigures(unit, values.get(unit) ?? NO_VALUES, related, dossiers))
  // Where all units of a list stood at that time is below its province.
  const root = only ?? subtree?.path[0] ?? null
  const needed = { rules, units, related, period: period.code, root, now }
  const dossiers = await dossiersNeeded(db, needed, unit => figuresWith(unit, () => undefined))
  return { rules, reports: units.map(unit => checked(unit, rules, figuresWith(unit, key => dossiers.get(key)))) }
}

const NO_VALUES: UnitFigures = { now: {}, numbers: new Map() }

function checked (unit: string, rules: readonly PreparedRule[], figures: ReportFigures): CheckedReport {
  const report: CheckedReport = { unit, breaches: [], untried: [] }
  for (const rule of rules) {
    for (const each of rule.tries) {
      const found = tried(rule, each, figures)
      if (found === null) continue
      if ('reason' in found) report.untried.push(found)
      else report.breaches.push(found)
    }
  }
  return report
}

/** Indicators that rules read of other periods than that of the report. */
function indicatorsOfOthers (rules: readonly PreparedRule[]): string[] {
  return [...new Set(rules.flatMap(({ rule, inputs }) => inputs.flatMap(({ meaning }) => {
    if (meaning.of === 'unchanged' || meaning.of === 'compared') return rule.indicators!
    if (meaning.of !== 'indicator' || meaning.span === null) return []
    return meaning.indicator === EACH ? rule.indicators! : [meaning.indicator]
  })))]
}

interface Needed {
  rules: readonly PreparedRule[]
  units: readonly string[]
  related: RelatedPeriods
  period: string
  root: string | null
  now: number
}

type DossierMeaning = Meaning & { of: 'dossiers' | 'records' }

function dossiersIn ({ inputs }: PreparedRule): DossierMeaning[] {
  return inputs.flatMap(({ meaning }) => meaning.of === 'dossiers' || meaning.of === 'records' ? [meaning] : [])
}

/** The dossiers that rules need, by what is wanted of them. */
async function dossiersNeeded (
  db: Db, { rules, units, related, period, root, now }: Needed, figuresOf: (unit: string) => ReportFigures
): Promise<Map<string, DossierSums>> {
  const wanted = new Map<string, { meaning: DossierMeaning, units: Set<string> }>()
  const aboutDossiers = rules.filter(rule => dossiersIn(rule).length > 0)
  for (const unit of units) {
    const figures = figuresOf(unit)
    for (const rule of aboutDossiers.filter(rule => hasAllElse(rule, figures))) {
      for (const meaning of dossiersIn(rule)) {
        const key = keyOfDossiers(meaning)
        const want = wanted.get(key) ?? { meaning, units: new Set() }
        wanted.set(key, want)
        want.units.add(unit)
      }
    }
  }
  const found = new Map<string, DossierSums>()
  for (const [key, { meaning: { of, span }, units }] of wanted) {
    const before = span === 'opening' ? related.opening : related.earlier.slice(0, 1)
    found.set(key, await dossierSums(db, { of, periods: span === null ? [period] : before }, units, root, now))
  }
  return found
}

/** Whether a rule knows, for one of its tries, every figure that is not of dossiers. */
function hasAllElse (rule: PreparedRule, figures: ReportFigures): boolean {
  return rule.tries.some(each => [...figuresFor(rule, each, figures).values()].every(figure => (
    'value' in figure || figure.reason === 'no_dossiers')))
}
