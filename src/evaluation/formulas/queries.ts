import { sql } from 'kysely'
import { invalid } from '../../contract/errors.ts'
import type { Page, PageRequest } from '../../contract/paging.ts'
import type { Db } from '../../database/connect.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../database/sql/keyset.ts'
import { QD_766, type EvaluationFormula, type EvaluationFormulaQuery } from './schema.ts'
import { storedFormulas } from './store.ts'

const ORDER: OrderColumn[] = [{ name: 'code', kind: 'text' }]

export async function evaluationFormulas (
  db: Db, { scheme, as_of: day }: EvaluationFormulaQuery, page: PageRequest
): Promise<Page<EvaluationFormula>> {
  const query = sql<{ code: string }>`
    select code from evaluation_formulas
    where ${scheme === undefined ? sql`true` : sql`scheme = ${scheme}`}
      and ${day === undefined ? sql`true` : sql`${day} between valid_from and coalesce(valid_to, 'infinity')`}`
  const { items, next_cursor } = pageOf((await pageQuery(query, ORDER, page).execute(db)).rows, ORDER, page.limit)
  const found = await storedFormulas(db, items.map(({ code }) => code))
  return { items: [...found.values()], next_cursor }
}

/** Finds the version that applies on a day. */
export type FormulaOn = (day: string) => EvaluationFormula | undefined

/**
 * @param code the one that applies on every day; left out: the one that holds
 * @throws DomainError `unknown_formula` at `/query/formula`
 */
export async function formulaInForce (db: Db, code: string | undefined): Promise<FormulaOn> {
  if (code !== undefined) {
    const named = (await storedFormulas(db, [code])).get(code)
    if (named === undefined) throw invalid('/query/formula', 'unknown_formula', `there is no formula ${code}`)
    return () => named
  }
  const all = [...(await storedFormulas(db)).values()].filter(({ scheme }) => scheme === QD_766)
    .sort((a, b) => b.precedence - a.precedence || b.valid_from.localeCompare(a.valid_from))
  return day => all.find(({ valid_from: from, valid_to: to }) => from <= day && (to === null || to >= day))
}
