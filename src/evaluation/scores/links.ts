import type { CountedName, Criterion } from '../formulas/schema.ts'
import { countingOf, isOnTime } from './points/records/on-time.ts'
import type { Scored } from './points/scored.ts'
import type { Span } from './points/spans.ts'
import type { EvaluationExplained } from './schema.ts'

type Links = Pick<EvaluationExplained, 'explain_url' | 'dossiers_url'>

export const NO_LINKS: Links = { explain_url: null, dossiers_url: null }

/** Where the counts of a criterion of a unit are opened down to their dossiers. */
export function dossierLinks (
  { span, subject, score, formula }: Scored, { code, counted }: Criterion, rules?: string
): Links {
  const isRecorded = score.countsFrom === 'records' || score.countsFrom === 'mixed'
  if (counted == null || !isRecorded) return NO_LINKS
  const unit = subject.unit!
  if (isOnTime(counted)) return linksOf(counted, span, unit, rules)
  const query = new URLSearchParams({ criterion: code, formula: formula!.code, from: span.from, to: span.to, unit })
  return { explain_url: null, dossiers_url: `/v1/evaluation/dossiers?${query}&part=rest` }
}

/** Where dossiers on time are opened down to the dossiers. */
export function linksOf (
  counted: CountedName | null, { from, to }: Pick<Span, 'from' | 'to'>, unit: string, rules?: string
): Links {
  if (counted === null || !isOnTime(counted)) return NO_LINKS
  const { basis, ...counting } = countingOf(counted, rules)
  const query = new URLSearchParams({ ...counting, from, to, unit })
  return {
    explain_url: `/v1/on-time/explain?basis=${basis}&${query}`,
    dossiers_url: `/v1/on-time/explain/dossiers?${query}&part=rest`
  }
}
