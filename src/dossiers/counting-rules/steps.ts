// From one set of counting rules to another, one choice after the other, in the order of CHOICES. What a step changes
// in a figure is the part of that choice in the difference, so the steps add up to all of it, whatever the two are.
import { sql, type RawBuilder } from 'kysely'
import { dayIn, dayOfInstant } from '../../time/business-day-sql.ts'
import { ENDED_AT, FINANCIAL_OBLIGATION, REFUSED, STOPPED, WAITS, WITHDRAWN } from '../rules/status.ts'
import { CHOICE_NAMES, DEFAULT_CHOICES, type ChoiceName, type Choices } from './schema.ts'
import { rulesOf } from './seen.ts'

/** The rules before and after one choice is switched; null: the default ones. */
export interface RulesStep {
  choice: ChoiceName
  ways: [string, string]
  before: Choices | null
  after: Choices | null
}

/** One step for each choice, also for those that both make alike. @param first, last null: the default rules */
export function stepsBetween (first: Choices | null, last: Choices | null): RulesStep[] {
  let choices = first ?? DEFAULT_CHOICES
  const wanted = last ?? DEFAULT_CHOICES
  return CHOICE_NAMES.map(choice => {
    const before = choices
    choices = { ...choices, [choice]: wanted[choice] }
    return { choice, ways: [before[choice], wanted[choice]], before: rulesOf(before), after: rulesOf(choices) }
  })
}

/**
 * Whether a dossier that was in one state can count otherwise at the end of a day because of a choice, whatever the
 * other choices are: a condition on the columns of dossiers that only spares work, since most of them cannot.
 * @param lastDay of the span that is counted
 */
export function isAffectedBy (choice: ChoiceName, lastDay: string): RawBuilder<boolean> {
  const isOf = (status: number) => sql<boolean>`status = ${sql.lit(status)}`
  switch (choice) {
    case 'due_until': return sql<boolean>`supplements is not null or ${WAITS} or ${isOf(REFUSED)} or
      (${ENDED_AT} > due_at and ${dayOfInstant(ENDED_AT)} = ${dayIn('due_at')})`
    case 'open_on_due_day': return sql<boolean>`supplements is not null or due_at is null or
      ${dayIn('due_at')} = ${lastDay}::date or ${dayIn('received_at')} = ${lastDay}::date`
    case 'open_supplement': return sql<boolean>`supplements is not null or ${WAITS}`
    case 'repeated_request': return sql<boolean>`supplements is not null`
    case 'withdrawn': return isOf(WITHDRAWN)
    case 'stopped': return isOf(STOPPED)
    case 'financial_obligation': return isOf(FINANCIAL_OBLIGATION)
    case 'no_due_date': return sql<boolean>`due_at is null`
    case 'refused_after_acceptance': return isOf(REFUSED)
  }
}
