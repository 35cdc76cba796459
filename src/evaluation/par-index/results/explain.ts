import type { Reach } from '../../../contract/caller.ts'
import { invalid } from '../../../contract/errors.ts'
import type { Db } from '../../../database/connect.ts'
import type { Step } from '../../../formulas/evaluate.ts'
import { shownStep } from '../../scores/explain.ts'
import { linksOf, NO_LINKS } from '../../scores/links.ts'
import type { FormCriterion } from '../forms/schema.ts'
import { givenPoints } from '../scores/given.ts'
import type { ParIndexScore } from '../scores/schema.ts'
import type { ParIndexCriterionRow, ParIndexExplained, ParIndexExplainQuery } from './schema.ts'
import { scored, subjectOf } from './scored.ts'
import { criterionRowOf } from './shown.ts'

type Explained = Omit<ParIndexExplained, 'row' | 'parts'> & { rows: ParIndexCriterionRow[], province: string | null }

/**
 * How the points of one criterion of one unit come about: node by node, or by its parts.
 * @param now milliseconds since 1970
 * @returns its row as the first of `rows`, those of its parts after it
 * @throws DomainError `invalid_request` for unknown codes
 */
export async function parIndexExplained (
  db: Db, { criterion: code, ...asked }: ParIndexExplainQuery, reach: Reach, now: number
): Promise<Explained> {
  const { span, judged, unit: id, province } = await subjectOf(db, asked, reach, now)
  const unit = judged.find(({ unit }) => unit === id)
  if (unit === undefined) throw invalid('/query/unit', 'unknown_form', `no form that holds then is for ${asked.unit}`)
  const [one] = await scored(db, span, [unit], now)
  const score = one!.scores.find(({ criterion }) => criterion?.code === code)
  if (score === undefined) {
    throw invalid('/query/criterion', 'unknown_criterion', `the form ${unit.form.code} has no criterion ${code}`)
  }
  const parts = one!.scores.filter(({ criterion }) => criterion?.parent === code)
  const { own, appraisal, survey, recorded } = score
  const criterion = score.criterion!
  const given = (posted: Pick<ParIndexScore, 'points' | 'inputs'> | undefined) => posted === undefined ? null : explained(criterion, posted)
  return {
    rows: [score, ...parts].map(score => criterionRowOf(one!, score, span)),
    criterion,
    self: given(own),
    computed: given(recorded === undefined ? survey : { points: null, inputs: { ...recorded.values } }),
    appraised: given(appraisal),
    ...recorded === undefined ? NO_LINKS : linksOf(criterion.counted, span, unit.unit),
    province
  }
}

function explained (criterion: FormCriterion, given: Pick<ParIndexScore, 'points' | 'inputs'>) {
  const steps: Step[] = []
  givenPoints(criterion, given, steps)
  return { inputs: given.inputs, steps: steps.map(shownStep) }
}
