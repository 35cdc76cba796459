import type { RawBuilder } from 'kysely'
import { countedDossiers, countPlanOf, explainedDossiers, explainedRollupRows } from '../../../src/dossiers/counts/index.ts'
import type { CountQuestion, RollupReading } from '../../../src/dossiers/counts/plan.ts'
import { compiler } from '../../compiler.ts'
import type { GoldenStatement } from '../../golden-sql/statement.ts'

const ANY_DAYS = { code: null, from: '2021-07-05', to: '2021-07-16', dueTo: '2021-07-16' }
const TODAY = { ...ANY_DAYS, dueTo: '2021-07-15' }
const MONTH = { code: 'cal-2021-M07', from: '2021-07-01', to: '2021-07-31', dueTo: '2021-07-31' }
const QUARTER = { code: '2021-Q3', from: '2021-06-15', to: '2021-09-14', dueTo: '2021-09-14' }
const ALL = { keys: [], spans: [QUARTER], unit: null } satisfies CountQuestion

function counted (question: Partial<CountQuestion>): RawBuilder<unknown> {
  return countedDossiers(countPlanOf({ ...ALL, ...question }))
}

function rollupRows (question: Partial<CountQuestion>): RawBuilder<unknown> {
  const plan = countPlanOf({ ...ALL, ...question })
  return explainedRollupRows(plan, plan.reading as RollupReading)
}

/** By the name of the file. */
const STATEMENTS: Record<string, [asks: string, query: RawBuilder<unknown>]> = {
  'counts-by-channel': ['What was counted in each channel, in a quarter?', counted({ keys: ['channel'] })],
  'counts-by-level-and-field': ['What was counted in each field at each level?', counted({ keys: ['level', 'field'] })],
  'counts-by-unit-of-month': ['What was counted in each unit, in a month?', counted({ keys: ['unit'], spans: [MONTH] })],
  'counts-by-level-below-unit': [
    'What was counted at each level of a unit and all below it, in a quarter?', counted({ keys: ['level'], unit: 'H56-380', province: 'H56' })
  ],
  'counts-by-unit-and-field': ['What was counted in each field of each unit?', counted({ keys: ['unit', 'field'] })],
  'counts-by-procedure': ['What was counted for each procedure?', counted({ keys: ['procedure'] })],
  'counts-by-procedure-of-month': [
    'What was counted for each procedure, in a month?', counted({ keys: ['procedure'], spans: [MONTH] })
  ],
  'counts-by-procedure-any-days': [
    'What was counted for each procedure, on any days?', counted({ keys: ['procedure'], spans: [ANY_DAYS] })
  ],
  'counts-by-procedure-and-channel': [
    'What was counted for each procedure in each channel?', counted({ keys: ['procedure', 'channel'] })
  ],
  'counts-by-period-and-procedure': [
    'What was counted for each procedure in each of several periods?',
    counted({ keys: ['period', 'procedure'], spans: [MONTH, QUARTER] })
  ],
  'counts-by-period-until-today': [
    'What was counted in a month, and until today in another span?',
    counted({ keys: ['period', 'channel'], spans: [MONTH, { ...TODAY, code: 'until-today' }] })
  ],
  'counts-of-unit-any-days': [
    'What was counted in a unit and all below it, on any days?', counted({ spans: [ANY_DAYS], unit: 'H56-380', province: 'H56' })
  ],
  'rollup-rows-by-half-month': [
    'Which rows of a rollup is the count of a field the sum of?', rollupRows({ field: ['land'] })
  ],
  'rollup-rows-by-quarter': [
    'Which rows of a rollup is the count of a unit and all below it the sum of?', rollupRows({ unit: 'H56-380', province: 'H56' })
  ],
  'rollup-rows-by-day': ['Which rows of a rollup is the count of any days the sum of?', rollupRows({ spans: [ANY_DAYS] })],
  'rollup-rows-until-today': [
    'Which rows of a rollup is the count until today the sum of?', rollupRows({ spans: [TODAY] })
  ],
  'dossiers-ended': ['Which dossiers ended?', explainedDossiers(countPlanOf(ALL), 'ended')],
  'dossiers-handled': ['Which dossiers ended or are pending?', explainedDossiers(countPlanOf(ALL), 'handled')],
  'dossiers-due': ['Which dossiers fell due, each time that they did?', explainedDossiers(countPlanOf(ALL), 'due')]
}

export const COUNTS_SQL: GoldenStatement[] = Object.entries(STATEMENTS).map(([name, [asks, query]]) => (
  { name, asks, address: null, statement: query.compile(compiler) }))
