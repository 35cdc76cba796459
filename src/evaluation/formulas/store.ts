import { sql } from 'kysely'
import type { Db, Trx } from '../../database/connect.ts'
import { upsert } from '../../database/sql/bulk-json.ts'
import { inTransaction } from '../../database/transaction.ts'
import type { Criterion, EvaluationFormula } from './schema.ts'

/** One writer after the other: two that create the same version would both count it. */
export async function lockFormulas (trx: Trx): Promise<void> {
  await sql`lock table evaluation_formulas in share row exclusive mode`.execute(trx)
}

/** @param codes those to read; left out: all */
export async function storedFormulas (db: Db, codes?: readonly string[]): Promise<Map<string, EvaluationFormula>> {
  const { rows } = await sql<EvaluationFormula>`
    select code, scheme, name, status, source, note, precedence, valid_from, valid_to, volume, groups
    from evaluation_formulas ${codes === undefined ? sql`` : sql`where code = any(${codes})`}
    order by code`.execute(db)
  return new Map(rows.map(row => [row.code, canonical(row)]))
}

export async function storeFormulas (trx: Trx, formulas: readonly EvaluationFormula[]): Promise<void> {
  if (formulas.length > 0) await upsert(trx, 'evaluation_formulas', ['code'], formulas as never[])
}

/** Those that points of past days are stored by. */
export async function formulasInUse (trx: Trx, codes: readonly string[]): Promise<Set<string>> {
  if (codes.length === 0) return new Set()
  const { rows } = await sql<{ formula: string }>`
    select distinct formula from evaluation_snapshots where formula = any(${codes})`.execute(trx)
  return new Set(rows.map(({ formula }) => formula))
}

/**
 * Adds the versions that a database lacks. What is stored stays as it is, but for what is counted from records: a
 * version that was stored before that could be said takes it over. Where nothing is missing, nothing is written: the
 * database may take no writes.
 */
export async function addFormulas (db: Db, formulas: readonly EvaluationFormula[]): Promise<void> {
  const missing = async (db: Db) => {
    const stored = await storedFormulas(db)
    const { rows: former } = await sql<{ code: string }>`
      select code from evaluation_formulas where not groups @? '$[*].criteria[*].counted'`.execute(db)
    return formulas.flatMap(formula => {
      const before = stored.get(formula.code)
      if (before === undefined) return [formula]
      return former.some(({ code }) => code === formula.code) ? [withCounted(before, formula)] : []
    })
  }
  if ((await missing(db)).length === 0) return
  await inTransaction(db, async trx => {
    await lockFormulas(trx)
    // A process that starts at the same time may have added them meanwhile.
    await storeFormulas(trx, (await missing(trx)).map(canonical))
  })
}

function withCounted (stored: EvaluationFormula, { groups }: EvaluationFormula): EvaluationFormula {
  const counted = new Map(groups.flatMap(({ criteria }) => criteria).map(({ code, counted }) => [code, counted]))
  const taken = stored.groups.map(group => ({
    ...group, criteria: group.criteria.map(criterion => ({ ...criterion, counted: counted.get(criterion.code) }))
  }))
  return { ...stored, groups: taken }
}

/** Properties in one order: jsonb has an order of its own. Those of a node of a formula are in that of their names. */
export function canonical (formula: EvaluationFormula): EvaluationFormula {
  const { code, scheme, name, status, source, note, precedence, valid_from, valid_to, volume, groups } = formula
  return {
    code, scheme, name, status, source, note, precedence, valid_from, valid_to, volume,
    groups: groups.map(({ code, name, maximum, criteria }) => ({
      code, name, maximum,
      criteria: criteria.map(canonicalCriterion)
    }))
  }
}

function canonicalCriterion (
  { code, name, maximum, levels, inputs, rate, rate_status, points, points_status, counted, note }: Criterion
): Criterion {
  return {
    code, name, maximum, levels,
    inputs: inputs.map(canonicalInput),
    rate: sorted(rate), rate_status, points: sorted(points), points_status, counted: counted ?? null, note
  }
}

export function canonicalInput ({ name, type, measure, choices, meaning }: Criterion['inputs'][number]): Criterion['inputs'][number] {
  return { name, type, measure, choices, meaning }
}

/** A formula with its properties in one order. */
export function sorted<T> (value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(one => sorted(one as unknown)) as T
  const names = Object.keys(value).sort((a, b) => Number(b === 'op') - Number(a === 'op') || (a < b ? -1 : 1))
  return Object.fromEntries(names.map(name => [name, sorted(value[name as keyof T])])) as T
}
