import type { CompiledQuery, RawBuilder } from 'kysely'
import type { Db } from '../../database/connect.ts'
import { inSlowRead } from '../../database/time-limits.ts'
import { prepared } from '../../database/sql/prepared.ts'
import { tableFor } from '../../dossiers/counts/plan.ts'
import type { Page, PageRequest } from '../../contract/paging.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../database/sql/keyset.ts'
import { hasFilters, resolveQuery, assertAnswerable } from './resolve-query.ts'
import { recordsPlanOf } from './records/plan.ts'
import { recordsQuery } from './records/records-sql.ts'
import { isPlain, reportedPlanOf } from './reported/plan.ts'
import { reportedQuery } from './reported/reported-sql.ts'
import { OnTimeRow, type GroupKey, type OnTimeQuery } from './schema.ts'

/**
 * On-time percentages: counts are summed, then divided once. What may not be added is not:
 * - of several sources for one unit, period and scope only the one of higher precedence counts, then the later;
 * - a group is the sum of own rows where it has any, else the total of the one unit that it stands for;
 * - the opening stock of several periods is that of the first, the closing stock that of the last;
 * - what is reported and what is recorded are two bases.
 *
 * @param reach code of the unit that the caller reaches; null: all
 * @throws DomainError `invalid_request` for unknown codes, for periods that overlap or leave a gap, and for what the basis
 *   does not know
 */
export async function onTime (
  db: Db, asked: OnTimeQuery, page: PageRequest, reach: string | null
): Promise<Page<OnTimeRow>> {
  assertAnswerable(asked)
  const question = withinReach(asked, reach)
  const order = orderOf(question)
  const answer = question.basis === 'records' ? recorded : reported
  return pageOf(await answer(db, question, order, page, reach), order, page.limit)
}

/** To somebody who reaches one unit and what is below it, nothing else is there. */
export function withinReach (asked: OnTimeQuery, reach: string | null): OnTimeQuery {
  return reach === null ? asked : { ...asked, unit: asked.unit ?? reach }
}

async function reported (
  db: Db, question: OnTimeQuery, order: OrderColumn[], page: PageRequest, reach: string | null
): Promise<OnTimeRow[]> {
  const plan = await reportedPlanOf(db, question, reach)
  const usual = plan.basis === 'levels' && isPlain(question) && isFirst(question)
  const rows = usual
    ? await usualRows(db, ['reported', plan.method, ...plan.keys], {
        build: () => pageQuery(reportedQuery({ ...plan, periods: PERIODS }), order, FIRST_PAGE),
        values: [[PERIODS, plan.periods], [PERIODS[0], plan.periods[0]], [LIMIT, page.limit + 1]]
      })
    : (await pageQuery(reportedQuery(plan), order, page).execute(db)).rows
  if (isPlain(question) && rows.every(({ scope }) => scope === null)) await resolveQuery(db, question, reach)
  return rows
}

async function recorded (
  db: Db, question: OnTimeQuery, order: OrderColumn[], page: PageRequest, reach: string | null
): Promise<OnTimeRow[]> {
  const plan = await recordsPlanOf(db, question, reach)
  const { method, keys, spans: [span, ...others] } = plan
  const query = () => pageQuery(recordsQuery(plan), order, page)
  const table = tableFor(plan)
  if (table === 'dossiers') return inSlowRead(db, async trx => (await query().execute(trx)).rows)
  const usual = others.length === 0 && keys.length <= 2 && !hasFilters(question) && isFirst(question)
  if (!usual) return (await query().execute(db)).rows
  const any = SPANS.find(any => tableFor({ ...plan, spans: [any] }) === table)!
  return usualRows(db, ['records', table, method, ...keys], {
    build: () => pageQuery(recordsQuery({ ...plan, spans: [any] }), order, FIRST_PAGE),
    values: [[any.code, span!.code], [any.from, span!.from], [any.to, span!.to], [LIMIT, page.limit + 1]]
  })
}

function isFirst ({ sort, cursor }: OnTimeQuery): boolean {
  return sort === undefined && cursor === undefined
}

// What differs from one usual question to the next. Days stand for those for which the same table does.
const PERIODS = ['period of the question']
const SPANS = [
  ['1000-01-02', '1000-01-03'], ['1000-01-15', '1000-01-31'], ['1000-01-01', '1000-03-31']
].map(([from, to]) => ({ code: 'period of the question', from: from!, to: to! }))
const LIMIT = -1
const FIRST_PAGE = { limit: LIMIT - 1 }

interface Usual {
  build: () => RawBuilder<OnTimeRow>
  /** Parameters as they are built in, and what they are this time. */
  values: [unknown, unknown][]
}

const usualQueries = new Map<string, CompiledQuery<OnTimeRow>>()

/** To put these few statements together, and to plan them, takes longer than to run them: both are done once. */
async function usualRows (db: Db, shape: string[], { build, values }: Usual): Promise<OnTimeRow[]> {
  const compiled = usualQueries.get(shape.join()) ?? prepared(build()).compile(db)
  usualQueries.set(shape.join(), compiled)
  const given = new Map(values)
  const parameters = compiled.parameters.map(value => given.has(value) ? given.get(value) : value)
  return (await db.executeQuery<OnTimeRow>({ ...compiled, parameters })).rows
}

function orderOf ({ sort = [], group_by: keys = [] }: OnTimeQuery): OrderColumn[] {
  const names = [...sort, ...keys.filter((key: GroupKey) => !sort.includes(key) && !sort.includes(`-${key}`))]
  return names.map(name => {
    const column = name.replace('-', '')
    const { type } = OnTimeRow.properties[column as keyof OnTimeRow] as { type?: string | string[] }
    const kind = [type].flat().some(one => one === 'integer' || one === 'number') ? 'number' : 'text'
    return { name: column, kind, descending: name.startsWith('-') }
  })
}
