import type { CompiledQuery } from 'kysely'
import type { Db } from '../database/connect.ts'
import { prepared } from '../database/prepared.ts'
import { pageOf, pageQuery, type OrderColumn, type Page, type PageRequest } from '../http/paging.ts'
import { onTimeQuery } from './on-time-query.ts'
import { isPlain, looked, planOf, type OnTimePlan } from './plan.ts'
import { OnTimeRow, type GroupKey, type OnTimeQuery } from './schema.ts'

/**
 * On-time percentages: counts are summed, then divided once. What may not be added is not:
 * - of several sources for one unit, period and scope only the one of higher precedence counts, then the later;
 * - a group is the sum of own rows where it has any, else the total of the one unit that it stands for;
 * - the opening stock of several periods is that of the first, the closing stock that of the last.
 *
 * @param reach code of the unit that the caller reaches; null: all
 * @throws Refusal `invalid_request` for unknown codes, and for periods that overlap or leave a gap
 */
export async function onTime (
  db: Db, asked: OnTimeQuery, page: PageRequest, reach: string | null
): Promise<Page<OnTimeRow>> {
  // To somebody who reaches one unit and what is below it, nothing else is there.
  const question = reach === null ? asked : { ...asked, unit: asked.unit ?? reach }
  const plan = await planOf(db, question, reach)
  const order = orderOf(question, plan.keys)
  const rows = isUsual(plan, question)
    ? await usualRows(db, plan, order, page.limit)
    : (await pageQuery(onTimeQuery(plan), order, page).execute(db)).rows
  if (isPlain(question) && rows.every(({ scope }) => scope === null)) await looked(db, question, reach)
  return pageOf(rows, order, page.limit)
}

/** What differs from one usual question to the next is the period and the limit; method and keys are in the text. */
function isUsual ({ basis }: OnTimePlan, question: OnTimeQuery): boolean {
  return basis === 'levels' && isPlain(question) && question.sort === undefined && question.cursor === undefined
}

const PERIOD = 'period of the question'
const LIMIT = -1
const usual = new Map<string, CompiledQuery<OnTimeRow>>()

/** To put these few statements together, and to plan them, takes longer than to run them: both are done once. */
async function usualRows (db: Db, plan: OnTimePlan, order: OrderColumn[], limit: number): Promise<OnTimeRow[]> {
  const shape = [plan.method, ...plan.keys].join()
  const compiled = usual.get(shape) ??
    prepared(pageQuery(onTimeQuery({ ...plan, periods: [PERIOD] }), order, { limit: LIMIT - 1 })).compile(db)
  usual.set(shape, compiled)
  const parameters = compiled.parameters.map(value =>
    value === PERIOD ? plan.periods[0] : Array.isArray(value) ? plan.periods : value === LIMIT ? limit + 1 : value)
  return (await db.executeQuery<OnTimeRow>({ ...compiled, parameters })).rows
}

function orderOf ({ sort = [] }: OnTimeQuery, keys: readonly GroupKey[]): OrderColumn[] {
  const names = [...sort, ...keys.filter(key => !sort.includes(key) && !sort.includes(`-${key}`))]
  return names.map(name => {
    const column = name.replace('-', '')
    const { type } = OnTimeRow.properties[column as keyof OnTimeRow] as { type?: string | string[] }
    const kind = [type].flat().some(one => one === 'integer' || one === 'number') ? 'number' : 'text'
    return { name: column, kind, descending: name.startsWith('-') }
  })
}
