import type { CompiledQuery, RawBuilder } from 'kysely'
import type { Reach } from '../../../src/contract/caller.ts'
import { hierarchyOf } from '../../../src/catalogue/hierarchy/hierarchy.ts'
import { DOSSIERS, FEEDBACK } from '../../../src/statistics/kinds/index.ts'
import { OnTimeCaches } from '../../../src/statistics/on-time/caches.ts'
import { recordsPage, reportedPage } from '../../../src/statistics/on-time/page-sql.ts'
import { dossiersPage } from '../../../src/statistics/on-time/explain/drill-down-sql.ts'
import { recordsPlanOf, type RecordsPlan } from '../../../src/statistics/on-time/records/plan.ts'
import { reportedPlanOf, type ReportedPlan } from '../../../src/statistics/on-time/reported/plan.ts'
import { reportedRowsOf } from '../../../src/statistics/on-time/reported/reported-sql.ts'
import { spansAsked, type ResolvedQuery } from '../../../src/statistics/on-time/resolve-query.ts'
import type { ExplainDossiersQuery } from '../../../src/statistics/on-time/explain/schema.ts'
import type { OnTimeQuery } from '../../../src/statistics/on-time/schema.ts'
import { compiler } from '../../compiler.ts'
import { PORTAL } from '../../dossiers/counting-rules/given.ts'
import { addressOf, type GoldenStatement } from '../../golden-sql/statement.ts'

/** As the catalogue has them. */
const PERIODS = [
  { code: 'cal-2021-M06', starts_on: '2021-06-01', ends_on: '2021-06-30' },
  { code: '2021-Q3', starts_on: '2021-06-15', ends_on: '2021-09-14' },
  { code: 'cal-2021-M07', starts_on: '2021-07-01', ends_on: '2021-07-31' },
  { code: '2021-Q4', starts_on: '2021-09-15', ends_on: '2021-12-14' }
]

function resolved ({ period = [], unit, hierarchy, rules, basis }: OnTimeQuery, reach: Reach = null): ResolvedQuery {
  return {
    periods: PERIODS.filter(({ code }) => period.includes(code)),
    unit: unit ?? null,
    province: unit === undefined ? null : 'H56',
    hierarchy: hierarchyOf(hierarchy, reach, NOW),
    rules: basis !== 'records' ? null : { rules: rules ?? 'default', rules_version: 1, choices: rules === undefined ? null : PORTAL }
  }
}

/** Long after all of them. */
const NOW = Date.parse('2026-01-01T00:00:00+07:00')

/** Two mornings, and a limit of eight hours, or four for what is interlinked. */
const RECEPTION = [{
  province: null,
  openings: ['2021-06-14', '2021-06-15'].map((day, i) => (
    { opens: Date.parse(`${day}T07:30:00+07:00`), closes: Date.parse(`${day}T11:30:00+07:00`), before: i * 14_400_000 })),
  limits: [{ since: Date.parse('2021-01-01T00:00:00+07:00'), limit: 28_800_000, interlinked: 14_400_000 }]
}]

export function recordsPlan (question: OnTimeQuery, reach: Reach = null): RecordsPlan {
  const { periods, ...others } = resolved(question, reach)
  const reception = question.method === 'reception' ? RECEPTION : undefined
  return recordsPlanOf(question, spansAsked(question, periods, NOW), others, reception)
}

export function reportedPlan (question: OnTimeQuery, reach: Reach = null, kind = DOSSIERS): ReportedPlan {
  return reportedPlanOf(kind, question, resolved(question, reach))
}

export function pageOf (
  question: OnTimeQuery, caches = new OnTimeCaches(), reach: Reach = null, kind = DOSSIERS
): CompiledQuery {
  const { limit = 1_000, cursor } = question
  const page = { limit, cursor }
  return question.basis === 'records'
    ? recordsPage(compiler, question, recordsPlan(question, reach), page, caches)
    : reportedPage(compiler, question, reportedPlan(question, reach, kind), page, caches)
}

function cursorOf (...values: unknown[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url')
}

/** By the name of the file: what is asked in English, the query, and the unit of a key that is bound to one. */
const QUESTIONS: Record<string, [asks: string, question: OnTimeQuery, reach?: Reach]> = {
  'reported-total': ['How many dossiers were on time, in all that was reported for a period?', { period: ['2021-Q3'] }],
  'reported-by-level': ['How many were on time at each level of the administration?', { period: ['2021-Q3'], group_by: ['level'] }],
  'reported-by-period': [
    'How many were on time in each of several periods?', { period: ['2021-Q3', '2021-Q4'], group_by: ['period'] }
  ],
  'reported-by-level-sorted': [
    'Which level has the highest percentage?', { period: ['2021-Q3'], group_by: ['level'], sort: ['-on_time_percent'] }
  ],
  'reported-by-level-with-unknown': [
    'In how many rows of each level is a measure unknown?', { period: ['2021-Q3'], group_by: ['level'], unknown: true }
  ],
  'reported-by-level-with-details': [
    'What was reported at each level beside form II.06a?', { period: ['2021-Q3'], group_by: ['level'], details: true }
  ],
  'reported-by-unit': ['How many were on time in each unit?', { period: ['2021-Q3'], group_by: ['unit'] }],
  'reported-by-unit-next-page': [
    'Which units come after the first page?',
    { period: ['2021-Q3'], group_by: ['unit'], limit: 100, cursor: cursorOf('unit', 'H56-380') }
  ],
  'reported-of-unit': ['How many were on time in a unit and all below it?', { period: ['2021-Q3'], unit: 'H56-380' }],
  'reported-of-source': [
    'What did one source report, whether or not it is the one that counts?', { period: ['2021-Q3'], source: 'sample' }
  ],
  'reported-by-field': ['How many were on time in each field?', { period: ['2021-Q3'], group_by: ['field'] }],
  'reported-by-unit-and-field': [
    'How many were on time in each field of each unit?', { period: ['2021-Q3'], group_by: ['unit', 'field'] }
  ],
  'reported-by-procedure': ['How many were on time for each procedure?', { period: ['2021-Q3'], group_by: ['procedure'] }],
  'reported-several-periods': [
    'How many were on time in several periods together? Flows are added; stocks are those of the first and the last period.',
    { period: ['2021-Q3', '2021-Q4'], method: 'handled' }
  ],
  'reported-filtered': [
    'How many were on time in some fields of the communes of a district?',
    { period: ['2021-Q3'], unit: 'H56-380', level: ['commune'], field: ['land', 'justice'], method: 'received' }
  ],

  'records-total': ['How many dossiers were on time, by the records of a period?', { period: ['2021-Q3'] }],
  'records-by-level': ['How many were on time at each level?', { period: ['2021-Q3'], group_by: ['level'] }],
  'records-by-level-with-unknown': [
    'In how many rows of each level is a measure unknown? Records know every measure.',
    { period: ['2021-Q3'], group_by: ['level'], unknown: true }
  ],
  'records-by-level-with-details': [
    'What do records say more at each level, such as apologies and payments?',
    { period: ['2021-Q3'], group_by: ['level'], details: true }
  ],
  'records-with-apology': [
    'How many were on time of those with an apology, that came through a full online service?',
    { period: ['2021-Q3'], apology: true, online_service: ['full'] }
  ],
  'records-by-level-any-days': [
    'How many were on time at each level, from any day to any day?',
    { from: '2021-07-05', to: '2021-07-16', group_by: ['level'] }
  ],
  'records-by-level-at-reception': [
    'How many were received in time at each level, by the working hours of their calendar?',
    { period: ['2021-Q3'], method: 'reception', group_by: ['level'] }
  ],
  'records-by-channel': ['How many were on time of those that came in each way?', { period: ['2021-Q3'], group_by: ['channel'] }],
  'records-by-field': ['How many were on time in each field?', { period: ['2021-Q3'], group_by: ['field'] }],
  'records-by-unit-of-quarter': ['How many were on time in each unit, in a quarter?', { period: ['2021-Q3'], group_by: ['unit'] }],
  'records-by-unit-of-month': ['How many were on time in each unit, in a month?', { period: ['cal-2021-M07'], group_by: ['unit'] }],
  'records-by-unit-next-page': [
    'Which units come after the first page, the least on time first?',
    { period: ['2021-Q3'], group_by: ['unit'], sort: ['on_time_percent'], cursor: cursorOf('on_time_percent,unit', 97.5, 'H56-380') }
  ],
  'records-by-unit-and-field': [
    'How many were on time in each field of each unit?', { period: ['2021-Q3'], group_by: ['unit', 'field'] }
  ],
  'records-by-procedure': ['How many were on time for each procedure?', { period: ['2021-Q3'], group_by: ['procedure'] }],
  'records-by-period': [
    'How many were on time in each of several periods of a unit?',
    { period: ['cal-2021-M06', 'cal-2021-M07'], unit: 'H56-380', group_by: ['period'] }
  ],
  'reported-by-unit-of-today': [
    'How many were on time in each unit of a province, with what was carried to the units of today?',
    { period: ['2021-Q3'], unit: 'H56', group_by: ['unit'], hierarchy: 'current' }
  ],
  'records-by-level-of-today': [
    'How many were on time at each level, with what was carried to the units of today?',
    { period: ['2021-Q3'], group_by: ['level'], hierarchy: 'current' }
  ],
  'records-by-unit-of-a-day': [
    'How many were on time in each unit, with what was carried to the units of a day?',
    { period: ['2021-Q3'], group_by: ['unit'], hierarchy: 'as_of:2025-07-01' }
  ],
  'reported-within-reach': [
    'How many were on time, of what a key that is bound to a unit reaches and its unit of today bears?',
    { period: ['2021-Q3'], unit: 'H56-14758', hierarchy: 'current' }, 'H56-14755'
  ],
  'records-within-reach': [
    'The same, by the records of the period.', { period: ['2021-Q3'], unit: 'H56-14758', hierarchy: 'current' }, 'H56-14755'
  ],
  'records-by-level-as-the-portal': [
    'How many dossiers at each level were on time by the rules of the portal?', { period: ['2021-Q3'], group_by: ['level'], rules: 'portal-766', method: 'handled' }
  ],
  'records-filtered': [
    'How many of the dossiers that one source sent by procedure and channel fell due and were on time, in the communes of a district?',
    {
      from: '2021-07-05', to: '2021-07-16', unit: 'H56-380', level: ['commune'], field: ['land'], procedure: ['1.001193'],
      channel: ['online'], source: 'one-stop', method: 'due'
    }
  ]
}

/** About feedback. */
const OF_FEEDBACK: Record<string, [asks: string, question: OnTimeQuery]> = {
  'feedback-by-level': ['How much feedback was on time at each level?', { period: ['2021-Q3'], group_by: ['level'] }],
  'feedback-of-unit': ['How much feedback was on time in a unit and all below it?', { period: ['2021-Q3'], unit: 'H56-380' }],
  'feedback-several-periods': [
    'How much feedback was on time in several periods together?', { period: ['2021-Q3', '2021-Q4'], method: 'handled' }
  ]
}

const DRILL_DOWNS: Record<string, [asks: string, question: ExplainDossiersQuery]> = {
  'dossiers-resolved': [
    'Which dossiers were resolved, those overdue first?', { period: ['2021-Q3'], method: 'resolved' }
  ],
  'dossiers-handled': [
    'Which dossiers were resolved or are pending, those overdue first?', { period: ['2021-Q3'], method: 'handled' }
  ],
  'dossiers-received-next-page': [
    'Which dossiers of all received were not resolved in time? The next page.',
    {
      period: ['2021-Q3'], method: 'received', part: 'rest',
      cursor: cursorOf('in_numerator,in_time,unit,code,counted_on', false, false, 'H56-380', 'a-code', '2021-07-05')
    }
  ],
  'dossiers-due-of-unit': [
    'Which dossiers of a unit and all below it fell due and ended in time?',
    { from: '2021-07-05', to: '2021-07-16', unit: 'H56-380', method: 'due', part: 'numerator' }
  ]
}

function drillDown ({ part = 'denominator', cursor, ...question }: ExplainDossiersQuery): RawBuilder<unknown> {
  return dossiersPage(recordsPlan(question), part, { limit: 1_000, cursor })
}

const OF_FIELD = { period: ['2021-Q3'], field: ['land'] }
const OF_DISTRICT = { period: ['2021-Q3'], unit: 'H56-380' }

const EXPLANATIONS: Record<string, [asks: string, question: OnTimeQuery, query: RawBuilder<unknown>]> = {
  'explain-reports': [
    'Which reports is the figure of a unit the sum of?', OF_DISTRICT, reportedRowsOf(reportedPlan(OF_DISTRICT), 'own')
  ],
  'explain-report-rows': [
    'Which rows of reports is the figure of a field the sum of?', OF_FIELD, reportedRowsOf(reportedPlan(OF_FIELD), 'own')
  ]
}

export const ON_TIME_SQL: GoldenStatement[] = [
  ...Object.entries(QUESTIONS).map(([name, [asks, asked, reach]]) => {
    const question = name.startsWith('records') ? { basis: 'records' as const, ...asked } : asked
    return { name, asks, address: addressOf('/v1/on-time', question), statement: pageOf(question, undefined, reach) }
  }),
  ...Object.entries(OF_FEEDBACK).map(([name, [asks, question]]) => ({
    name, asks, address: addressOf('/v1/feedback-statistics/on-time', question),
    statement: pageOf(question, undefined, null, FEEDBACK)
  })),
  ...Object.entries(EXPLANATIONS).map(([name, [asks, question, query]]) => (
    { name, asks, address: addressOf('/v1/on-time/explain', question), statement: query.compile(compiler) })),
  ...Object.entries(DRILL_DOWNS).map(([name, [asks, question]]) => ({
    name, asks, address: addressOf('/v1/on-time/explain/dossiers', question), statement: drillDown(question).compile(compiler)
  }))
]
