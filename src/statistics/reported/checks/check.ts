import { sql } from 'kysely'
import { duplicateKeys, type Prepared, type ResolvedChecks } from '../../../writes/ingest-batch.ts'
import { issueAt, unknownReference } from '../../../writes/row-issues.ts'
import type { Caller } from '../../../contract/caller.ts'
import type { Issue } from '../../../contract/errors.ts'
import { checkOf, type Check } from '../../../contract/validation.ts'
import type { Trx } from '../../../database/connect.ts'
import { unknownSources } from '../../../catalogue/sources/register.ts'
import { sourceIssues } from '../../../catalogue/sources/source-rules.ts'
import { procedureNotInForce } from '../../../catalogue/procedures/lifetime.ts'
import { resolveUnits, type ResolvedUnit } from '../../../catalogue/units/resolve.ts'
import type { UnitsById } from '../../../catalogue/units/lineage/successions.ts'
import { existsIn } from '../../../catalogue/units/lifetime.ts'
import { lifetimeIssues, reachIssues, severalProvinces, successorsAfter } from '../../../catalogue/units/batch-rules.ts'
import { dayOf, EARLIEST, parseDay, today } from '../../../time/business-day.ts'
import { instantOf } from '../../../time/rfc3339.ts'
import { ofEachKind } from '../../kinds/index.ts'
import type { Detail, SetKey, StatisticsItem, StatisticsKind } from '../../kinds/kind.ts'
import { incompleteSets, mixedDetails, namedUnit, type UnitInPeriod } from './set-rules.ts'
import { rowKeyOf, setKeyOf, storedRows, type NewRow } from '../store.ts'

const NAMES = new Intl.ListFormat('en-GB')

const shapeOf = ofEachKind(({ item }) => checkOf(item))

/** The shape of an item, and whether the caller may report for the source that it names. */
export function checkOfItem (kind: StatisticsKind, by: Caller): Check {
  const checkShape = shapeOf(kind)
  return (item, at) => {
    const issues = checkShape(item, at)
    if (typeof item !== 'object' || item === null) return issues
    return [...issues, ...sourceIssues((item as { source?: unknown }).source, by, `${at}/source`)]
  }
}

interface Options {
  replace: boolean
  by: Caller
}

/**
 * Looks up what the items name.
 * @param all also what is no item
 * @returns the checks of one item and of all beside one another
 */
export async function resolvedChecks (
  trx: Trx, kind: StatisticsKind, all: readonly unknown[], items: StatisticsItem[], { replace, by }: Options
): Promise<ResolvedChecks<StatisticsItem, NewRow>> {
  const periods = await byCode(trx, 'periods', items.map(({ period }) => period))
  const unitOf = await resolveUnits(trx, all.flatMap(item => namedUnit(item, by) ?? []))
  const references: References = {
    unitIn: (named, period) => unitOf(named, periods.get(period)?.ends_on ?? today()),
    unknownSources: await unknownSources(trx, items.map(item => sourceOf(item, by))),
    periods,
    procedures: await byCode(trx, 'procedures', items.map(({ procedure }) => procedure)),
    fields: await byCode(trx, 'fields', items.map(({ field }) => field))
  }
  const successors = await successorsAfter(trx, items.map(item => [
    references.unitIn({ name: item.unit, source: sourceOf(item, by) }, item.period), periods.get(item.period)]))
  const lookups = { ...references, successors, storedFields: await fieldsStored(trx, kind, items, references, by) }
  const rules = [
    duplicateKeys(NAMES.format(['unit', 'period', 'source', 'scope', ...kind.dimensions]), rowKeyOf), severalProvinces, mixedDetails
  ]
  return {
    prepare: item => preparedRow(kind, item, lookups, by),
    rules: replace ? [...rules, incompleteSets(references.unitIn, by)] : rules
  }
}

interface Coded {
  code: string
  field: string
  starts_on: string
  ends_on: string
  valid_from: string
  valid_to: string | null
}

interface References {
  unitIn: UnitInPeriod
  /** What to say of each source that does not exist. */
  unknownSources: ReadonlyMap<string, string>
  periods: ReadonlyMap<string, Coded>
  procedures: ReadonlyMap<string, Coded>
  fields: ReadonlyMap<string, Coded>
}

interface Lookups extends References {
  /** Of units that had ended before the period. */
  successors: UnitsById
  /** Keys of stored rows, with their field. */
  storedFields: ReadonlySet<string>
}

/**
 * A procedure can change its field; rows that were reported before have the one of then. Looks them up for items that
 * name another field than the one of now.
 */
async function fieldsStored (
  trx: Trx, kind: StatisticsKind, items: readonly StatisticsItem[], { unitIn, procedures }: References, by: Caller
): Promise<Set<string>> {
  const rows = items.filter(({ field, procedure }) => (
    field != null && procedure != null && procedures.has(procedure) && procedures.get(procedure)!.field !== field
  )).flatMap(item => {
    const source = sourceOf(item, by)
    const unit = unitIn({ name: item.unit, source }, item.period)
    if (unit === undefined) return []
    const { province_code, id } = unit
    const set = { province_code, period: item.period, unit: id, scope: item.scope ?? 'own' as const, source }
    return { ...set, detail_code: item.procedure! }
  })
  return new Set((await storedRows(trx, kind, rows)).map(fieldKeyOf))
}

function fieldKeyOf (row: Omit<SetKey, 'province_code'> & Pick<NewRow, 'procedure' | 'field'>): string {
  return `${setKeyOf(row)} ${row.procedure} ${row.field}`
}

/** An item as it would be stored: completed by the identities of its kind, with its codes resolved. */
function preparedRow (
  kind: StatisticsKind, item: StatisticsItem, lookups: Lookups, by: Caller
): Prepared<NewRow> {
  const source = sourceOf(item, by)
  const noSource = lookups.unknownSources.get(source)
  const unit = lookups.unitIn({ name: item.unit, source }, item.period)
  const period = lookups.periods.get(item.period)
  const procedure = item.procedure == null ? null : lookups.procedures.get(item.procedure)
  const { measures, details, issues: identityIssues } = kind.completed(item)
  const reported = item.reported_at == null ? null : instantOf(item.reported_at)

  const issues: Issue[] = []
  if (unit === undefined) issues.push(unknownReference('unit', item.unit))
  if (period === undefined) issues.push(unknownReference('period', item.period))
  if (procedure === undefined) issues.push(unknownReference('procedure', item.procedure!))
  if (noSource !== undefined) issues.push(issueAt('source', 'unknown_source', noSource))
  issues.push(...fieldIssues(item, { source, unit: unit?.id ?? item.unit }, procedure, lookups))
  issues.push(...clockIssues(reported))
  issues.push(...identityIssues.map(({ measure, code, detail }) => issueAt(measure, code, detail)))
  const forbidden = unit === undefined ? [] : reachIssues(unit, by)
  issues.push(...forbidden)
  const isNamed = noSource === undefined && forbidden.length === 0
  if (!isNamed || unit === undefined || period === undefined || procedure === undefined) {
    return { row: null, issues }
  }
  issues.push(...lifetimeIssues(unit, period, lookups.successors), ...begunIssues(period), ...deskIssues(item, unit))

  const field = item.field ?? procedure?.field ?? null
  const row = {
    province_code: unit.province_code,
    period: period.code,
    unit: unit.id,
    scope: item.scope ?? 'own',
    source,
    ...detailOf(field, procedure?.code ?? null),
    field,
    procedure: procedure?.code ?? null,
    ...measures,
    details,
    reported_at: reported === null ? null : new Date(reported).toISOString(),
    level: unit.level,
    names_field: item.field != null,
    warning: procedure === null || existsIn(procedure, period) ? null : procedureNotInForce(procedure, `in ${period.code}`)
  }
  return { row, issues }
}

/** The shape of an item makes sure that one of the two is there. */
function sourceOf ({ source }: StatisticsItem, by: Caller): string {
  return (source ?? by.source)!
}

function fieldIssues (
  item: StatisticsItem, from: { source: string, unit: string }, procedure: Coded | null | undefined,
  { fields, storedFields }: Lookups
): Issue[] {
  const { field, period, scope = 'own' } = item
  if (field == null) return []
  if (!fields.has(field)) return [unknownReference('field', field)]
  if (procedure == null || procedure.field === field) return []
  if (storedFields.has(fieldKeyOf({ ...from, period, scope, field, procedure: procedure.code }))) return []
  return [issueAt('field', 'field_mismatch', `procedure ${procedure.code} belongs to field ${procedure.field}`)]
}

const DAY = 86_400_000

/** A wrong clock would make all later rows stale. */
function clockIssues (reported: number | null): Issue[] {
  if (reported === null || (reported >= EARLIEST && reported <= Date.now() + DAY)) return []
  const detail = 'reported_at is before 1975-06-13, or more than a day from now'
  return [issueAt('reported_at', 'out_of_range', detail)]
}

function begunIssues ({ code, starts_on: first }: Coded): Issue[] {
  if (parseDay(first) <= dayOf(Date.now())) return []
  return [issueAt('period', 'period_not_begun', `period ${code} begins on ${first}, which is yet to come`)]
}

function deskIssues ({ scope }: StatisticsItem, unit: ResolvedUnit): Issue[] {
  if (scope === 'total' || unit.reports_dossiers) return []
  return [issueAt('scope', 'no_own_desk', `unit ${unit.id} has no desk of its own; post its total`)]
}

function detailOf (field: string | null, procedure: string | null): { detail: Detail, detail_code: string } {
  if (procedure !== null) return { detail: 'procedure', detail_code: procedure }
  return field === null ? { detail: 'whole', detail_code: '' } : { detail: 'field', detail_code: field }
}

/** The rows of a catalogue table that the batch names. */
async function byCode (
  trx: Trx, table: 'periods' | 'procedures' | 'fields', codes: (string | null | undefined)[]
): Promise<Map<string, Coded>> {
  const asked = [...new Set(codes.filter(code => code != null))]
  if (asked.length === 0) return new Map()
  const { rows } = await sql<Coded>`select * from ${sql.table(table)} where code = any(${asked})`.execute(trx)
  return new Map(rows.map(row => [row.code, row]))
}
