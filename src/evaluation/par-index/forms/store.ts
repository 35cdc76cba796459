import { sql } from 'kysely'
import type { Db, Trx } from '../../../database/connect.ts'
import { upsert } from '../../../database/sql/bulk-json.ts'
import { canonicalInput, sorted } from '../../formulas/store.ts'
import type { FormCriterion, ParIndexForm } from './schema.ts'

/** One writer after the other: two that create the same form would both count it. */
export async function lockForms (trx: Trx): Promise<void> {
  await sql`lock table par_index_forms in share row exclusive mode`.execute(trx)
}

/** For who writes scores by them: meanwhile no form is changed. */
export async function holdForms (trx: Trx): Promise<void> {
  await sql`lock table par_index_forms in share mode`.execute(trx)
}

/** @param codes those to read; left out: all */
export async function storedForms (db: Db, codes?: readonly string[]): Promise<Map<string, ParIndexForm>> {
  const { rows } = await sql<ParIndexForm>`
    select code, name, source, note, valid_from, valid_to, within, levels, kinds, units, ranked_within, maximum, survey_maximum,
      criteria
    from par_index_forms ${codes === undefined ? sql`` : sql`where code = any(${codes})`}
    order by code`.execute(db)
  return new Map(rows.map(row => [row.code, canonical(row)]))
}

export async function storeForms (trx: Trx, forms: readonly ParIndexForm[]): Promise<void> {
  if (forms.length > 0) await upsert(trx, 'par_index_forms', ['code'], forms as never[])
}

/** Those that units have scores by, each with the last day of the last period with scores. */
export async function formsWithScores (trx: Trx, codes: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await sql<{ form: string, last: string }>`
    select scored.form, max(periods.ends_on) as last
    from (select distinct form, period from par_index_scores where form = any(${codes})) as scored
      join periods on periods.code = scored.period
    group by scored.form`.execute(trx)
  return new Map(rows.map(({ form, last }) => [form, last]))
}

/** Properties in one order: jsonb has an order of its own. Those of a node of a formula are in that of their names. */
export function canonical (form: ParIndexForm): ParIndexForm {
  const { code, name, source, note, valid_from, valid_to, within, levels, kinds, units, ...rest } = form
  const { ranked_within, maximum, survey_maximum, criteria } = rest
  return {
    code, name, source, note, valid_from, valid_to, within, levels, kinds, units,
    ranked_within, maximum, survey_maximum,
    criteria: criteria.map(canonicalCriterion)
  }
}

function canonicalCriterion (
  { code, parent, name, maximum, scored_by, inputs, rate, points, counted, note }: FormCriterion
): FormCriterion {
  return {
    code, parent, name, maximum, scored_by, inputs: inputs.map(canonicalInput),
    rate: sorted(rate), points: sorted(points), counted, note
  }
}
