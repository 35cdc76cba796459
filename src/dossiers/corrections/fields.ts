// The fields in which dossiers of procedures count, beside those that the versions of the procedures say.
import { sql } from 'kysely'
import { fieldsOf } from '../../catalogue/procedures/versions/fields.ts'
import type { FieldFrom } from '../../catalogue/procedures/schema.ts'
import type { Trx } from '../../database/connect.ts'

export interface FieldsOf {
  procedure: string
  /** In the order of their days. */
  fields: FieldFrom[]
}

/** What the versions of procedures say; procedures that are no more have none. */
export async function meantFields (trx: Trx, procedures: readonly string[]): Promise<FieldsOf[]> {
  const { rows } = await sql<{ procedure: string, valid_from: string, field: string }>`
    select procedure, valid_from, field from procedure_versions
    where procedure = any(${procedures}) order by procedure, valid_from`.execute(trx)
  const byProcedure = Map.groupBy(rows, ({ procedure }) => procedure)
  return [...byProcedure].map(([procedure, versions]) => ({ procedure, fields: fieldsOf(versions) }))
}

/** Lets dossiers count in these fields from now on. Procedures may have been changed again since they were read. */
export async function setCountedFields (trx: Trx, fields: readonly FieldsOf[]): Promise<void> {
  await sql`
    update procedures set counted_fields = case
      when jsonb_array_length(given.fields) > 1 or given.fields -> 0 ->> 'field' <> procedures.field then given.fields end
    from json_to_recordset(${JSON.stringify(fields)}::json) as given (procedure text, fields jsonb)
    where code = given.procedure`.execute(trx)
}
