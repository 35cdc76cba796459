import { sql } from 'kysely'
import type { Trx } from '../../database/connect.ts'
import { upsert } from '../../database/sql/bulk-json.ts'
import { canonicalDerivation } from '../derivations/canonical.ts'
import { allForms, indicatorsOf } from '../indicators/queries.ts'
import type { FormItem, WholeForm, WholeIndicator } from './schema.ts'

/** One writer after the other, and none while values of these forms are written. */
export async function lockForms (trx: Trx, codes: readonly string[]): Promise<void> {
  await sql`lock table forms in share row exclusive mode`.execute(trx)
  await sql`select from forms where code = any(${codes}) order by code for update`.execute(trx)
}

export async function storedForms (trx: Trx): Promise<Map<string, WholeForm>> {
  const forms = await allForms(trx)
  const indicators = Map.groupBy(await indicatorsOf(trx, forms.map(({ code }) => code)), ({ form }) => form)
  return new Map(forms.map(({ code, name, valid_from, valid_to }) => (
    [code, { code, name, valid_from, valid_to, indicators: (indicators.get(code) ?? []).map(wholeIndicator) }])))
}

/**
 * A posted form with all properties, its indicators in their order.
 * @param stored those of the form as it is, for one that names none
 */
export function wholeForm (
  { code, name, valid_from, valid_to = null, indicators }: FormItem, stored: readonly WholeIndicator[]
): WholeForm {
  return { code, name, valid_from, valid_to, indicators: indicators?.map(wholeIndicator) ?? [...stored] }
}

/** As it is stored and compared: before its derivation is checked it can be of any depth. */
export function canonical ({ indicators, ...form }: WholeForm): WholeForm {
  const inOrder = indicators.toSorted((a, b) => a.position - b.position)
  return { ...form, indicators: inOrder.map(one => ({ ...one, derivation: canonicalDerivation(one.derivation) })) }
}

function wholeIndicator (given: NonNullable<FormItem['indicators']>[number]): WholeIndicator {
  const { code, position, printed_code = null, parent = null, name, value_type, measure = null, choices = [] } = given
  const { derivation = null, corresponds_to: earlier = null } = given
  return {
    code, position, printed_code, parent, name, value_type, measure,
    choices: choices.map(({ value, name }) => ({ value, name })),
    derivation, corresponds_to: earlier && { form: earlier.form, indicator: earlier.indicator }
  }
}

/** Writes forms as a whole. Nothing may point at an indicator that goes. */
export async function storeForms (trx: Trx, forms: readonly WholeForm[]): Promise<void> {
  if (forms.length === 0) return
  const codes = forms.map(({ code }) => code)
  await upsert(trx, 'forms', ['code'], forms.map(({ indicators: _, ...form }) => form))
  // Each position is taken once at any time, and indicators may change places.
  await sql`update indicators set position = -position where form = any(${codes})`.execute(trx)
  const rows = forms.flatMap(({ code: form, indicators }) => indicators.map(({ corresponds_to: earlier, ...one }) => (
    { form, ...one, continues_form: earlier?.form ?? null, continues_indicator: earlier?.indicator ?? null })))
  await upsert(trx, 'indicators', ['form', 'code'], rows as never[])
  await sql`delete from indicators where form = any(${codes}) and position < 0`.execute(trx)
}

/** Those of some indicators that have values in any report, as `form indicator`. */
export async function withValues (
  trx: Trx, indicators: readonly { form: string, code: string }[]
): Promise<Set<string>> {
  if (indicators.length === 0) return new Set()
  const { rows } = await sql<{ key: string }>`
    select distinct form || ' ' || indicator as key from indicator_values
    where (form, indicator) in (
      select form, code from json_to_recordset(${JSON.stringify(indicators)}::json) as asked (form text, code text))
  `.execute(trx)
  return new Set(rows.map(({ key }) => key))
}
