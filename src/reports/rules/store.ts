import { sql } from 'kysely'
import type { Db, Trx } from '../../database/connect.ts'
import { upsert } from '../../database/sql/bulk-json.ts'
import { inTransaction } from '../../database/transaction.ts'
import type { Period } from '../../catalogue/periods/schema.ts'
import type { Rule } from './schema.ts'

/** One writer after the other: two that create the same rule would both count it. */
export async function lockRules (trx: Trx): Promise<void> {
  await sql`lock table rules in share row exclusive mode`.execute(trx)
}

export async function storedRules (db: Db, codes: readonly string[]): Promise<Rule[]> {
  return read(db, sql`code = any(${codes})`)
}

/** The rules that hold for reports on a form for a period, ordered by code. */
export async function rulesFor (
  db: Db, form: string, { starts_on: first, ends_on: last }: Pick<Period, 'starts_on' | 'ends_on'>
): Promise<Rule[]> {
  return read(db, sql`(form is null or form = ${form})
    and valid_from <= case period_days when 'every' then ${first}::date else ${last}::date end
    and coalesce(valid_to, 'infinity') >= case period_days when 'any' then ${first}::date else ${last}::date end`)
}

async function read (db: Db, condition: ReturnType<typeof sql<boolean>>): Promise<Rule[]> {
  const { rows } = await sql<Rule>`
    select code, form, kind, severity, indicators, "left", comparison, "right", right_to, tolerance, message_vi, message_en, note,
      valid_from, valid_to, period_days
    from rules where ${condition} order by code`.execute(db)
  return rows.map(canonical)
}

/** @param version that of the rules that come with the service; null: a client posts these */
export async function storeRules (trx: Trx, rules: readonly Rule[], version: number | null = null): Promise<void> {
  const rows = rules.map(rule => ({ ...rule, shipped_version: version }))
  if (rows.length > 0) await upsert(trx, 'rules', ['code'], rows as never[])
}

/**
 * Adds the rules that come with the service, as far as a database has their forms, and brings those of earlier versions
 * up to this one. What a client has posted stays as it is. Where all is there, nothing is written: the database may
 * take no writes.
 */
export async function addRules (db: Db, rules: readonly Rule[], version: number): Promise<void> {
  const outdated = async (db: Db) => {
    const forms = new Set((await db.selectFrom('forms').select('code').execute()).map(({ code }) => code))
    const stored = new Map((await db.selectFrom('rules').select(['code', 'shipped_version']).execute())
      .map(({ code, shipped_version: of }) => [code, of]))
    // null: posted. Not stored: before the first version.
    const isOutdated = (of: number | null | undefined) => of === undefined || (of !== null && of < version)
    return rules.filter(({ code, form }) => (form === null || forms.has(form)) && isOutdated(stored.get(code)))
  }
  if ((await outdated(db)).length === 0) return
  await inTransaction(db, async trx => {
    await lockRules(trx)
    // A process that starts at the same time may have stored them meanwhile.
    await storeRules(trx, await outdated(trx), version)
  })
}

/** Properties in one order: jsonb has an order of its own. Those of a node of a formula are in that of their names. */
export function canonical (rule: Rule): Rule {
  const { code, form, kind, severity, indicators, left, comparison, right, right_to, tolerance } = rule
  const { message_vi, message_en, note, valid_from, valid_to, period_days } = rule
  return {
    code, form, kind, severity, indicators,
    left: sorted(left), comparison, right: sorted(right), right_to: sorted(right_to), tolerance,
    message_vi, message_en, note, valid_from, valid_to, period_days
  }
}

function sorted<T> (value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(one => sorted(one as unknown)) as T
  const names = Object.keys(value).sort((a, b) => Number(b === 'op') - Number(a === 'op') || (a < b ? -1 : 1))
  return Object.fromEntries(names.map(name => [name, sorted(value[name as keyof T])])) as T
}
