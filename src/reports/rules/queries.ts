import { sql } from 'kysely'
import type { Page, PageRequest } from '../../contract/paging.ts'
import type { Db } from '../../database/connect.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../database/sql/keyset.ts'
import type { Rule, RuleQuery } from './schema.ts'
import { storedRules } from './store.ts'

const ORDER: OrderColumn[] = [{ name: 'code', kind: 'text' }]

export async function rules (
  db: Db, { form, kind, severity, as_of: day }: RuleQuery, page: PageRequest
): Promise<Page<Rule>> {
  const query = sql<{ code: string }>`
    select code from rules
    where ${form === undefined ? sql`true` : sql`(form is null or form = ${form})`}
      and ${kind === undefined ? sql`true` : sql`kind = any(${kind})`}
      and ${severity === undefined ? sql`true` : sql`severity = any(${severity})`}
      and ${day === undefined ? sql`true` : sql`${day} between valid_from and coalesce(valid_to, 'infinity')`}`
  const { items, next_cursor } = pageOf((await pageQuery(query, ORDER, page).execute(db)).rows, ORDER, page.limit)
  return { items: await storedRules(db, items.map(({ code }) => code)), next_cursor }
}
