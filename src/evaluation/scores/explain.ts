import type { Reach } from '../../contract/caller.ts'
import type { Db } from '../../database/connect.ts'
import type { Step } from '../../formulas/evaluate.ts'
import { scoreOf } from './points/criterion.ts'
import { criterionAsked, scoresOfUnit } from './queries.ts'
import type { EvaluationExplained, EvaluationExplainQuery, NamedEvaluationRow } from './schema.ts'
import { dossierLinks } from './links.ts'
import { rowOf } from './shown.ts'

type Explained = Omit<EvaluationExplained, 'row'> & { row: NamedEvaluationRow, province: string }

/**
 * How the points of one criterion of one unit come about, node by node.
 * @param now milliseconds since 1970
 * @throws DomainError `invalid_request` for unknown codes
 */
export async function evaluationExplained (
  db: Db, asked: EvaluationExplainQuery, reach: Reach, now: number
): Promise<Explained> {
  const question = await criterionAsked(db, asked, reach, now)
  const { criterion, province } = question
  const all = await scoresOfUnit(db, question, reach, now, [criterion.code])
  const found = all.find(({ score }) => score.criterion === criterion.code)!
  const steps: Step[] = []
  scoreOf(criterion, found.score.values, steps)
  return {
    row: rowOf(found), criterion, inputs: { ...found.score.values }, ...dossierLinks(found, criterion, asked.rules),
    steps: steps.map(shownStep), province
  }
}

export function shownStep ({ pointer, op, value: { known, unknown } }: Step): EvaluationExplained['steps'][number] {
  return {
    pointer, op, value: known === null ? null : Number((Number(known.n) / Number(known.d)).toFixed(6)),
    unknown: unknown?.code ?? null, input: unknown?.input ?? null
  }
}
