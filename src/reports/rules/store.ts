import { sql } from 'kysely'
import type { Db, Trx } from '../../database/connect.ts'
import { insertMissing, upsert } from '../../database/sql/bulk-json.ts'
import { inTransaction } from '../../database/transaction.ts'
import type { Rule } from './schema.ts'

/** One writer after the other: two that create the same rule would both count it. */
export async function lockRules (trx: Trx): Promise<void> {
  await sql`lock table rules in share row exclusive mode`.execute(trx)
}

export async function storedRules (db: Db, codes: readonly string[]): Promise<Rule[]> {
  return read(db, sql`code = any(${codes})`)
}

/** The rules for reports on a form that hold on a day, ordered by code. */
export async function rulesInForce (db: Db, form: string, day: string): Promise<Rule[]> {
  return read(db, sql`(form is null or form = ${form}) and ${day} between valid_from and coalesce(valid_to, 'infinity')`)
}

async function read (db: Db, condition: ReturnType<typeof sql<boolean>>): Promise<Rule[]> {
  const { rows } = await sql<Rule>`
    select code, form, kind, severity, indicators, "left", comparison, "right", right_to, tolerance, message_vi, message_en, note,
      valid_from, valid_to
    from rules where ${condition} order by code`.execute(db)
  return rows.map(canonical)
}

export async function storeRules (trx: Trx, rules: readonly Rule[]): Promise<void> {
  if (rules.length > 0) await upsert(trx, 'rules', ['code'], rules as never[])
}

/**
 * Adds the rules that a database lacks, as far as it has their forms. What is stored stays as it is. Where nothing is
 * missing, nothing is written: the database may take no writes.
 */
export async function addRules (db: Db, rules: readonly Rule[]): Promise<void> {
  const forms = new Set((await db.selectFrom('forms').select('code').execute()).map(({ code }) => code))
  const stored = new Set((await db.selectFrom('rules').select('code').execute()).map(({ code }) => code))
  const missing = rules.filter(({ code, form }) => !stored.has(code) && (form === null || forms.has(form)))
  // A process that starts at the same time may have added them meanwhile.
  if (missing.length > 0) await inTransaction(db, trx => insertMissing(trx, 'rules', missing as never[]))
}

/** Properties in one order: jsonb has an order of its own. Those of a node of a formula are in that of their names. */
export function canonical (rule: Rule): Rule {
  const { code, form, kind, severity, indicators, left, comparison, right, right_to, tolerance } = rule
  const { message_vi, message_en, note, valid_from, valid_to } = rule
  return {
    code, form, kind, severity, indicators,
    left: sorted(left), comparison, right: sorted(right), right_to: sorted(right_to), tolerance,
    message_vi, message_en, note, valid_from, valid_to
  }
}

function sorted<T> (value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(one => sorted(one as unknown)) as T
  const names = Object.keys(value).sort((a, b) => Number(b === 'op') - Number(a === 'op') || (a < b ? -1 : 1))
  return Object.fromEntries(names.map(name => [name, sorted(value[name as keyof T])])) as T
}
