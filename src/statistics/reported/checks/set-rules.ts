import { sql } from 'kysely'
import type { BatchRow, Rule } from '../../../writes/ingest-batch.ts'
import { issueAt, type RowIssues } from '../../../writes/row-issues.ts'
import type { Caller } from '../../../contract/caller.ts'
import { DomainError } from '../../../contract/errors.ts'
import type { Db } from '../../../database/connect.ts'
import { isStorable } from '../../../text/storable.ts'
import { lastDayOf } from '../../../catalogue/periods/queries.ts'
import { reachedUnit, type NamedUnit, type ResolvedUnit } from '../../../catalogue/units/resolve.ts'
import { ROW_SCOPES, type DeleteQuery } from '../schema.ts'
import type { SetKey } from '../../kinds/kind.ts'
import { setKeyOf, type NewRow, type StoredSet } from '../store.ts'

/**
 * The set that a deletion names, with the level of its unit.
 * @throws DomainError `invalid_request` for unknown codes, and for a unit out of reach
 */
export async function setToDelete (
  db: Db, { unit: name, period, source, scope = 'own' }: DeleteQuery & { source: string }, by: Caller
): Promise<SetKey & { level: string }> {
  const { rows: [known] } = await sql<Record<'period' | 'source', boolean>>`select
    exists(select from periods where code = ${period}) as period,
    ${source} = ${by.source}::text or exists(select from sources where code = ${source}) as source`.execute(db)
  const unit = await reachedUnit(db, name, by.unit, { source, day: await lastDayOf(db, [period]) })
  const asked = { unit: name, period, source }
  const unknown = (['unit', 'period', 'source'] as const).filter(one => one === 'unit' ? unit === undefined : !known![one])
  if (unit !== undefined && unknown.length === 0) {
    return { province_code: unit.province_code, period, unit: unit.id, scope, source, level: unit.level }
  }
  const issues = unknown.map(one => (
    { pointer: `/query/${one}`, code: `unknown_${one}` as const, detail: `there is no ${one} ${asked[one]}` }))
  throw new DomainError('invalid_request', issues.map(({ detail }) => detail).join('; '), issues)
}

/** The unit that a name means in a period. */
export type UnitInPeriod = (unit: NamedUnit, period: string) => ResolvedUnit | undefined

/** A unit counts by procedure, or by field, or only as a whole; two of these in one batch contradict each other. */
export const mixedDetails: Rule<NewRow> = ({ rows }) => (
  [...Map.groupBy(rows, ({ row }) => setKeyOf(row)).values()].flatMap(set => {
    const details = [...new Set(set.map(({ row }) => row.detail))]
    return details.length === 1 ? [] : set.map(({ index, row }) => mixedDetail(
      index, `${nameOf(row)} is counted here by ${details.join(' and by ')}: its dossiers would count twice`))
  })
)

/** A set that is stored in another detail keeps it, unless it is replaced. */
export function otherDetails (rows: readonly BatchRow<NewRow>[], stored: ReadonlyMap<string, StoredSet>): RowIssues[] {
  return rows.flatMap(({ index, row }) => {
    const { detail } = stored.get(setKeyOf(row))!
    return detail === row.detail ? [] : [mixedDetail(
      index, `${nameOf(row)} is counted by ${detail}, not by ${row.detail}; use replace to change that`)]
  })
}

function mixedDetail (index: number, detail: string): RowIssues {
  return { index, issues: [issueAt(null, 'mixed_detail', detail)] }
}

/**
 * A set is replaced as a whole or not at all: a row at fault would take what is stored in its place with it. A row that
 * does not even say which set it belongs to could belong to any.
 */
export function incompleteSets (unitIn: UnitInPeriod, by: Caller): Rule<NewRow> {
  return ({ sound, rejected }) => {
    const incomplete = new Set(rejected.map(item => setNamedBy(item, unitIn, by)))
    return sound.filter(({ row }) => incomplete.has(setKeyOf(row)) || incomplete.has(null)).map(({ index, row }) => ({
      index,
      issues: [issueAt(null, 'set_incomplete', `another row of ${nameOf(row)} is at fault, so it is not replaced`)]
    }))
  }
}

function setNamedBy (item: unknown, unitIn: UnitInPeriod, by: Caller): string | null {
  const named = namedUnit(item, by)
  if (named === null) return null
  const { period, scope = 'own' } = item as { period?: unknown, scope?: unknown }
  if (typeof period !== 'string' || !ROW_SCOPES.some(known => known === scope)) return null
  return `${period} ${unitIn(named, period)?.id ?? named.name} ${scope as string} ${named.source}`
}

/** @returns null when the item, which can be anything, does not name a unit */
export function namedUnit (item: unknown, by: Caller): { name: string, source: string } | null {
  const { unit, source = by.source } = (item ?? {}) as { unit?: unknown, source?: unknown }
  const named = typeof unit === 'string' && typeof source === 'string' && isStorable(unit) && isStorable(source)
  return named ? { name: unit, source } : null
}

function nameOf ({ unit, period, scope, source }: SetKey): string {
  return `unit ${unit}, period ${period}, scope ${scope}, source ${source}`
}
