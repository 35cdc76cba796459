import { COUNTS, type Counts } from '../dossiers/counts.ts'
import { MEASURES, type Measure } from './measures.ts'
import type { OnTimeRow } from './schema.ts'

export type Figure = Measure | `${Measure}_unknown`

/** What was counted for a group: null where a row of it does not know, or nothing is reported. */
export type Figures = Pick<OnTimeRow, 'scope' | Figure>

export const NOTHING_REPORTED = each(null, () => null)

/** Of who sends records and had no dossiers. */
export const NO_DOSSIERS = Object.fromEntries(COUNTS.map(count => [count, 0])) as Counts

/** What records add up to. They know every measure. */
export function recordedFigures (counts: Counts): Figures {
  return each('own', measure => counts[measure])
}

function each (scope: Figures['scope'], value: (measure: Measure) => number | null): Figures {
  return Object.fromEntries([
    ['scope', scope], ...MEASURES.flatMap(measure => [[measure, value(measure)], [`${measure}_unknown`, 0]])
  ]) as Figures
}
