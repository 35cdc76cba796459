import type { Reach } from '../../contract/caller.ts'
import type { Db } from '../../database/connect.ts'
import { dueSoon } from '../../dossiers/backlog/queries.ts'
import { cutAt } from '../../time/cut.ts'
import type { Criterion, EvaluationFormula } from '../formulas/schema.ts'
import { dossierLinks } from '../scores/links.ts'
import { scoreOf, type Hundredths } from '../scores/points/criterion.ts'
import type { Scored } from '../scores/points/scored.ts'
import { scoresOfUnit, unitAndSpan } from '../scores/queries.ts'
import { rowOf } from '../scores/shown.ts'
import { DEFAULT_DUE_WITHIN, type EvaluationLever, type EvaluationLeversQuery } from './schema.ts'

interface Answer {
  items: EvaluationLever[]
  next_cursor: null
  province: string
}

type Savable = Pick<EvaluationLever, 'savable' | 'savable_within' | 'savable_url' | 'savable_unknown'>

/**
 * What each criterion lacks of its most points: what would give most of them first, then what is unknown.
 * @param now milliseconds since 1970
 * @throws DomainError `invalid_request` for unknown codes, and without a unit
 */
export async function evaluationLevers (
  db: Db, { due_within: within = DEFAULT_DUE_WITHIN, ...asked }: EvaluationLeversQuery, reach: Reach, now: number
): Promise<Answer> {
  const question = await unitAndSpan(db, asked, reach, now)
  const all = await scoresOfUnit(db, question, reach, now)
  const formula = question.formulaOn(question.span.to)
  const savable = await savableOf(db, question, Number(within.slice(0, -1)), now)
  const items = criteriaOf(formula).map(criterion => {
    const one = all.find(({ score }) => score.criterion === criterion.code)!
    return leverOf(one, criterion, lackingOf(all, one), savable)
  })
  return { items: items.toSorted(byGain), next_cursor: null, province: question.province }
}

function criteriaOf (formula: EvaluationFormula | undefined): Criterion[] {
  return formula?.groups.flatMap(({ criteria }) => criteria) ?? []
}

/** What the group of a criterion lacks of its most points, so far as its criteria are known. */
function lackingOf (all: readonly Scored[], { score: { group } }: Scored): Hundredths {
  const { maximum, chosen } = all.find(({ score }) => score.kind === 'group' && score.group === group)!.score
  return maximum! - (chosen?.points ?? 0)
}

function byGain ({ points_to_gain: a }: EvaluationLever, { points_to_gain: b }: EvaluationLever): number {
  return (b ?? -1) - (a ?? -1)
}

async function savableOf (
  db: Db, { span, unit, province }: Awaited<ReturnType<typeof unitAndSpan>>, within: number, now: number
): Promise<Savable> {
  if (!span.provisional) return notSavable('span_over')
  if (cutAt(now, span) === null) return notSavable('span_not_begun')
  const found = await dueSoon(db, { id: unit, province_code: province }, { within, until: span.to }, now)
  if (found === null) return notSavable('calendar_year_missing')
  const { dossiers, workingDays } = found
  const query = new URLSearchParams({ unit, due_within: `${workingDays}d` })
  return { savable: dossiers, savable_within: workingDays, savable_url: `/v1/dossiers?${query}`, savable_unknown: null }
}

function notSavable (reason: EvaluationLever['savable_unknown']): Savable {
  return { savable: null, savable_within: null, savable_url: null, savable_unknown: reason }
}

function leverOf (one: Scored, criterion: Criterion, lacking: Hundredths, savable: Savable): EvaluationLever {
  const {
    period, from, to, unit, group, name, maximum, points, points_from, unknown, unknown_detail, numerator, denominator,
    counts_from, rate_percent, points_status, formula, provisional, as_of
  } = rowOf(one)
  const { maximum: most, chosen } = one.score
  const missing = most === null || chosen === null ? null : most - chosen.points
  const mine = savableFor(one, criterion, savable)
  return {
    period, from, to, unit: unit!, group, criterion: criterion.code, name, maximum, points, points_from, unknown,
    unknown_detail,
    missing_points: missing === null ? null : missing / 100,
    points_to_gain: missing === null ? null : Math.min(missing, lacking) / 100,
    numerator, denominator, counts_from,
    measure: criterion.inputs.find(({ name }) => name === 'numerator')?.measure ?? null,
    rate_percent,
    missing: numerator === null || denominator === null ? null : Math.max(denominator - numerator, 0),
    needed: neededFor(one, criterion),
    dossiers_url: dossierLinks(one, criterion).dossiers_url,
    ...mine,
    savable_points: lostWithout(one, criterion, mine.savable),
    points_status, formula, provisional, as_of
  }
}

function savableFor ({ score: { countsFrom } }: Scored, { counted }: Criterion, savable: Savable): Savable {
  if (counted !== 'progress') return notSavable('other_criterion')
  if (savable.savable_unknown === 'span_over' || savable.savable_unknown === 'span_not_begun') return savable
  return countsFrom === 'records' || countsFrom === 'mixed' ? savable : notSavable('not_from_records')
}

/** What the formula comes to with another numerator; null: unknown. */
function pointsWith ({ score: { values } }: Scored, criterion: Criterion, numerator: number): Hundredths | null {
  return scoreOf(criterion, { ...values, numerator }).points
}

/** The least that is to be added to the numerator for all points; null: unknown, or the denominator is not enough. */
function neededFor (one: Scored, criterion: Criterion): number | null {
  const { numerator, denominator } = one.score.values ?? {}
  const { maximum } = one.score
  if (typeof numerator !== 'number' || typeof denominator !== 'number' || maximum === null) return null
  const isEnough = (more: number) => pointsWith(one, criterion, numerator + more) === maximum
  let [least, most] = [0, Math.max(denominator - numerator, 0)]
  if (!isEnough(most)) return null
  // Points grow with the numerator, so that half of what is left can be put aside each time.
  while (least < most) {
    const middle = Math.floor((least + most) / 2)
    if (isEnough(middle)) most = middle
    else least = middle + 1
  }
  return most
}

/** The points that go if dossiers become late; null: unknown. */
function lostWithout (one: Scored, criterion: Criterion, dossiers: number | null): number | null {
  const { numerator } = one.score.values ?? {}
  const { computed } = one.score
  if (dossiers === null || computed === null || typeof numerator !== 'number') return null
  return (computed.points - pointsWith(one, criterion, Math.max(numerator - dossiers, 0))!) / 100
}
