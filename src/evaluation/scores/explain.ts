import type { Reach } from '../../contract/caller.ts'
import { invalid } from '../../contract/errors.ts'
import type { Db } from '../../database/connect.ts'
import type { Step } from '../../formulas/evaluate.ts'
import { formulaInForce } from '../formulas/queries.ts'
import type { CountedName } from '../formulas/schema.ts'
import { scoreOf } from './points/criterion.ts'
import { unitAsked } from './queries.ts'
import type { EvaluationExplained, EvaluationExplainQuery, EvaluationRow } from './schema.ts'
import { ON_TIME } from './points/records.ts'
import { scored } from './points/scored.ts'
import { rowOf } from './shown.ts'
import { spansAsked, type Span } from './points/spans.ts'

type Explained = Omit<EvaluationExplained, 'row'> & { row: EvaluationRow, province: string }

/**
 * How the points of one criterion of one unit come about, node by node.
 * @param now milliseconds since 1970
 * @throws DomainError `invalid_request` for unknown codes
 */
export async function evaluationExplained (
  db: Db, { criterion: code, ...asked }: EvaluationExplainQuery, reach: Reach, now: number
): Promise<Explained> {
  const spans = await spansAsked(db, asked, now)
  const { id, province } = await unitAsked(db, asked.unit, spans, reach)
  if (id === null) throw invalid('/query/unit', 'missing', 'the points of one unit are explained; name it')
  const formulaOn = await formulaInForce(db, asked.formula)
  const criterion = formulaOn(spans[0]!.to)?.groups.flatMap(({ criteria }) => criteria).find(one => one.code === code)
  if (criterion === undefined) {
    throw invalid('/query/criterion', 'unknown_criterion', `the formula that applies has no criterion ${code}`)
  }
  const question = { unit: id, children: false, level: undefined, byLevel: false, reach }
  const found = (await scored(db, spans, question, formulaOn, now)).find(({ score }) => score.criterion === code)
  if (found === undefined) throw invalid('/query/unit', 'unit_not_valid', `unit ${id} does not exist in these days`)
  const steps: Step[] = []
  scoreOf(criterion, found.score.values, steps)
  const inputs = { ...found.score.values }
  const { span, subject, score } = found
  const links = score.countsFrom === 'records' ? linksOf(criterion.counted, span, subject.unit!) : NO_LINKS
  return { row: rowOf(found), criterion, inputs, ...links, steps: steps.map(shownStep), province: province! }
}

type Links = Pick<EvaluationExplained, 'explain_url' | 'dossiers_url'>

export const NO_LINKS: Links = { explain_url: null, dossiers_url: null }

/** Where dossiers on time are opened down to the dossiers. */
export function linksOf (
  counted: CountedName | null | undefined, { from, to }: Pick<Span, 'from' | 'to'>, unit: string
): Links {
  if (counted !== 'progress' && counted !== 'on_time') return NO_LINKS
  const { basis, ...rules } = ON_TIME[counted]
  const query = new URLSearchParams({ ...rules, from, to, unit })
  return {
    explain_url: `/v1/on-time/explain?basis=${basis}&${query}`,
    dossiers_url: `/v1/on-time/explain/dossiers?${query}&part=rest`
  }
}

export function shownStep ({ pointer, op, value: { known, unknown } }: Step): EvaluationExplained['steps'][number] {
  return {
    pointer, op, value: known === null ? null : Number((Number(known.n) / Number(known.d)).toFixed(6)),
    unknown: unknown?.code ?? null, input: unknown?.input ?? null
  }
}
