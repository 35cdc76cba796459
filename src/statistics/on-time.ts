import type { Db } from '../database/connect.ts'
import { prepared } from '../database/prepared.ts'
import { pageOf, pageQuery, type OrderColumn, type Page, type PageRequest } from '../http/paging.ts'
import { onTimeQuery } from './on-time-query.ts'
import { isPlain, looked, planOf } from './plan.ts'
import { OnTimeRow, type GroupKey, type OnTimeQuery } from './schema.ts'

/**
 * On-time percentages: counts are summed, then divided once. What may not be added is not:
 * - of several sources for one unit, period and scope only the one of higher precedence counts, then the later;
 * - a group is the sum of own rows where it has any, else the total of the one unit that it stands for;
 * - the opening stock of several periods is that of the first, the closing stock that of the last.
 *
 * @throws Refusal `invalid_request` for unknown codes, and for periods that overlap or leave a gap
 */
export async function onTime (db: Db, question: OnTimeQuery, page: PageRequest): Promise<Page<OnTimeRow>> {
  const plan = await planOf(db, question)
  const order = orderOf(question, plan.keys)
  const query = pageQuery(onTimeQuery(plan), order, page)
  // The statements that answer most questions are few, and planning them takes longer than running them.
  const { rows } = await (plan.basis === 'levels' && question.sort === undefined ? prepared(query) : query).execute(db)
  if (isPlain(question) && rows.every(({ scope }) => scope === null)) await looked(db, question)
  return pageOf(rows, order, page.limit)
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
