import { sql, type RawBuilder } from 'kysely'
import { invalid } from '../../contract/errors.ts'
import type { Page, PageRequest } from '../../contract/paging.ts'
import type { Db } from '../../database/connect.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../database/sql/keyset.ts'
import { keptFor } from './kept.ts'
import { rulesOf } from './seen.ts'
import { DEFAULT_RULES, type Choices, type CountingRules, type CountingRulesQuery } from './schema.ts'

const BY_CODE: OrderColumn[] = [{ name: 'code', kind: 'text' }, { name: 'version', kind: 'number' }]

/** As it is stored. */
interface StoredRules extends Omit<CountingRules, keyof Choices | 'kept'> {
  choices: Choices
}

/** All versions, ordered by code and version. */
export async function countingRules (
  db: Db, { code }: CountingRulesQuery, page: PageRequest
): Promise<Page<CountingRules>> {
  const which = code === undefined ? sql`true` : sql`code = any(${code})`
  const { rows } = await pageQuery(storedRules(which), BY_CODE, page).execute(db)
  const { items, next_cursor } = pageOf(rows, BY_CODE, page.limit)
  return { items: items.map(shown), next_cursor }
}

/** The versions of some codes, in their order. */
export async function versionsOf (db: Db, codes: readonly string[]): Promise<CountingRules[]> {
  const { rows } = await sql<StoredRules>`
    select * from (${storedRules(sql`code = any(${codes})`)}) as stored order by code, version`.execute(db)
  return rows.map(shown)
}

function storedRules (which: RawBuilder<unknown>): RawBuilder<StoredRules> {
  return sql`select code, version, valid_from, name, source, built_in, choices from counting_rules where ${which}`
}

function shown ({ choices, ...rules }: StoredRules): CountingRules {
  return { ...rules, kept: isKept(choices), ...choices }
}

/** Whether there are sums by choices: those of the default rules, or differences to them. */
export function isKept (choices: Choices): boolean {
  return rulesOf(choices) === null || keptFor(choices) !== null
}

/** The rules of a question. */
export interface AskedRules {
  rules: string
  rules_version: number
  /** null: as the default ones. */
  choices: Choices | null
}

const DEFAULT: AskedRules = { rules: DEFAULT_RULES, rules_version: 1, choices: null }

/**
 * Counting rules as they are on a day.
 * @param code left out: the default ones, which never change
 * @throws DomainError `invalid_request` with `unknown_rules`
 */
export async function rulesOn (db: Db, code: string | undefined, day: string): Promise<AskedRules> {
  if (code === undefined || code === DEFAULT_RULES) return DEFAULT
  const { rows: [found] } = await sql<Pick<StoredRules, 'version' | 'choices'>>`
    select version, choices from counting_rules where code = ${code} and valid_from <= ${day}::date
    order by valid_from desc limit 1`.execute(db)
  if (found === undefined) throw invalid('/query/rules', 'unknown_rules', `there are no counting rules ${code} on ${day}`)
  return { rules: code, rules_version: found.version, choices: rulesOf(found.choices) }
}
