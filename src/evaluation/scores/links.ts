import type { Criterion } from '../formulas/schema.ts'
import { PROGRESS } from './points/records/records.ts'
import type { Scored } from './points/scored.ts'
import type { EvaluationExplained } from './schema.ts'

type Links = Pick<EvaluationExplained, 'explain_url' | 'dossiers_url'>

/** Where the counts of a criterion of a unit are opened down to their dossiers. */
export function dossierLinks (
  { span: { from, to }, subject: { unit }, score, formula }: Scored, { code, counted }: Criterion
): Links {
  const isRecorded = score.countsFrom === 'records' || score.countsFrom === 'mixed'
  if (counted == null || !isRecorded) return { explain_url: null, dossiers_url: null }
  if (counted !== 'progress') {
    const query = new URLSearchParams({ criterion: code, formula: formula!.code, from, to, unit: unit! })
    return { explain_url: null, dossiers_url: `/v1/evaluation/dossiers?${query}&part=rest` }
  }
  const { basis, ...rules } = PROGRESS
  const query = new URLSearchParams({ ...rules, from, to, unit: unit! })
  return {
    explain_url: `/v1/on-time/explain?basis=${basis}&${query}`,
    dossiers_url: `/v1/on-time/explain/dossiers?${query}&part=rest`
  }
}
