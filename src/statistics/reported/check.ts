import { sql } from 'kysely'
import type { Batch } from '../../writes/batch.ts'
import type { Caller } from '../../contract/caller.ts'
import type { Trx } from '../../database/connect.ts'
import type { Write } from '../../writes/unit-of-work.ts'
import type { IssueCode } from '../../contract/errors.ts'
import { isStorable } from '../../text/storable.ts'
import type { UnitOf } from '../../catalogue/units/resolve.ts'
import { rejectForbiddenUnit, rejectUnitNotValid } from '../../catalogue/units/batch-rules.ts'
import { completed } from '../../form-ii06a/identities.ts'
import type { DossierStatisticsItem } from './schema.ts'
import type { Detail, StatisticsRow } from './store.ts'

/** A row on its way in. */
export interface Draft {
  index: number
  level: string
  row: StatisticsRow
}

/**
 * The rows of a batch as they would be stored: completed, with their codes looked up. What is wrong with an item
 * alone is told to the batch.
 */
export async function draftedRows (
  { trx, by }: Write, batch: Batch<DossierStatisticsItem>, unitOf: UnitOf
): Promise<Draft[]> {
  rejectForeignSources(batch, by)
  const items = batch.accepted
  const periods = await byCode(trx, 'periods', items.map(({ item }) => item.period))
  const procedures = await byCode(trx, 'procedures', items.map(({ item }) => item.procedure))
  const fields = await byCode(trx, 'fields', items.map(({ item }) => item.field))

  return items.flatMap(({ index, item }) => {
    const source = (item.source ?? by.source)!
    const unit = unitOf({ name: item.unit, source })
    const period = periods.get(item.period)
    const procedure = item.procedure == null ? null : procedures.get(item.procedure)
    const { measures, issues } = completed(item)

    if (unit === undefined) batch.reject(index, 'unit', 'unknown_unit', `there is no unit ${item.unit}`)
    if (period === undefined) batch.reject(index, 'period', 'unknown_period', `there is no period ${item.period}`)
    if (procedure === undefined) batch.reject(index, 'procedure', 'unknown_procedure', `there is no procedure ${item.procedure}`)
    if (item.field != null && !fields.has(item.field)) {
      batch.reject(index, 'field', 'unknown_field', `there is no field ${item.field}`)
    } else if (procedure != null && item.field != null && item.field !== procedure.field) {
      batch.reject(index, 'field', 'field_mismatch', `procedure ${procedure.code} belongs to field ${procedure.field}`)
    }
    for (const { measure, code, detail } of issues) batch.reject(index, measure, code, detail)
    if (unit !== undefined && rejectForbiddenUnit(batch, index, unit, by)) return []
    if (unit === undefined || period === undefined || procedure === undefined) return []
    rejectUnitNotValid(batch, index, unit, period)
    if (item.scope !== 'total' && !unit.reports_dossiers) {
      batch.reject(index, 'scope', 'no_own_desk', `unit ${unit.code} has no desk of its own; post its total`)
    }

    const field = procedure?.field ?? item.field ?? null
    const row = {
      province_code: unit.province_code,
      period: period.code,
      unit: unit.code,
      scope: item.scope ?? 'own',
      source,
      ...detailOf(field, procedure?.code ?? null),
      field,
      procedure: procedure?.code ?? null,
      ...measures
    }
    return [{ index, level: unit.level, row }]
  })
}

/** A key reports for its own source. Only whoever manages the service may report for others. */
function rejectForeignSources (batch: Batch<unknown>, by: Caller) {
  const reject = (index: number, code: IssueCode, detail: string) => { batch.reject(index, 'source', code, detail) }
  for (const [index, item] of batch.items.entries()) {
    if (typeof item !== 'object' || item === null) continue
    const { source } = item as { source?: unknown }
    if (by.source !== null && source !== undefined && source !== by.source) {
      reject(index, 'forbidden_source', `this key reports for ${by.source} alone`)
    } else if (by.source === null && !by.scopes.includes('admin')) {
      reject(index, 'forbidden_source', 'this key has no source to report for')
    } else if (by.source === null && source === undefined) {
      reject(index, 'missing', 'source is needed: this key has none of its own')
    }
  }
}

/** @returns null when the item, which may be anything, does not name a unit */
export function namedUnit (item: unknown, by: Caller): { name: string, source: string } | null {
  const { unit, source = by.source } = (item ?? {}) as { unit?: unknown, source?: unknown }
  const named = typeof unit === 'string' && typeof source === 'string' && isStorable(unit) && isStorable(source)
  return named ? { name: unit, source } : null
}

/** The rows of a catalogue table that the batch names. */
async function byCode<T extends 'periods' | 'procedures' | 'fields'> (trx: Trx, table: T, codes: (string | null | undefined)[]) {
  type Row = { code: string, field: string, starts_on: string, ends_on: string }
  const asked = [...new Set(codes.filter(code => code != null))]
  if (asked.length === 0) return new Map<string, Row>()
  const { rows } = await sql<Row>`select * from ${sql.table(table)} where code = any(${asked})`.execute(trx)
  return new Map(rows.map(row => [row.code, row]))
}

function detailOf (field: string | null, procedure: string | null): { detail: Detail, detail_code: string } {
  if (procedure !== null) return { detail: 'procedure', detail_code: procedure }
  return field === null ? { detail: 'whole', detail_code: '' } : { detail: 'field', detail_code: field }
}
