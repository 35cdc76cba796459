import type { Db } from '../../../../database/connect.ts'
import { rulesOn, type AskedRules } from '../../../../dossiers/counting-rules/queries.ts'
import {
  ON_TIME_SUMS, onTimeOf, sumsOfUnits, type OnTimeSums, type PartOfUnit, type UnitsAsked
} from '../../../../dossiers/counts/index.ts'
import type { CountedName } from '../../../formulas/schema.ts'
import type { NamedRules } from '../counts.ts'
import type { CountedUnits } from './added.ts'

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

/**
 * Dossiers on time of units, by the rules as they are at the end of each span.
 * @param rules code of other counting rules; left out: those of what is counted
 */
export async function onTimeOfUnits (
  db: Db, name: OnTimeCount, asked: Omit<UnitsAsked, 'rules'>, rules?: string
): Promise<CountedUnits<keyof OnTimeSums> & { rulesOf: (period: string) => NamedRules }> {
  const { rules: code, method } = countingOf(name, rules)
  const found = new Map<string, AskedRules>()
  for (const { code: period, to } of asked.spans) found.set(period!, await rulesOn(db, code, to))
  const rows: (PartOfUnit & OnTimeSums)[] = []
  for (const spans of Map.groupBy(asked.spans, ({ code }) => found.get(code!)!.rules_version).values()) {
    rows.push(...await sumsOfUnits(db, { ...asked, spans, rules: found.get(spans[0]!.code!)!.choices }))
  }
  const countsOf = (sums: Readonly<OnTimeSums>) => {
    const { numerator, denominator } = onTimeOf(method, sums)
    return { numerator, denominator, all: denominator }
  }
  const rulesOf = (period: string) => {
    const { rules, rules_version } = found.get(period)!
    return { rules, rules_version }
  }
  return { rows, measures: ON_TIME_SUMS, counts: [{ name, of: countsOf }], rulesOf }
}
