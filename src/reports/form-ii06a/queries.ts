import type { Reach } from '../../contract/caller.ts'
import type { Db } from '../../database/connect.ts'
import { isExpected, isRecorded, reportingUnits, type ReportingUnit } from '../../dossiers/counts/index.ts'
import { notFound } from '../../contract/errors.ts'
import { periodByCode } from '../../catalogue/periods/queries.ts'
import type { Period } from '../../catalogue/periods/schema.ts'
import { NO_DOSSIERS, type Figures } from '../../statistics/on-time/empty-rows.ts'
import { onTime } from '../../statistics/on-time/queries.ts'
import { reachedUnit } from '../../catalogue/units/resolve.ts'
import type { DossierForm, DossierFormPath, DossierFormQuery } from './schema.ts'
import { filledForm } from './sections.ts'

const TITLE = 'Tình hình, kết quả giải quyết thủ tục hành chính tại cơ quan, đơn vị trực tiếp giải quyết thủ tục hành chính'

/** More than a unit has below it. */
const ALL_UNITS = 1_000_000

/**
 * Form II.06a of a unit and all below it.
 * @throws DomainError `not_found` for unit and period
 */
export async function dossierForm (
  db: Db, path: DossierFormPath, { basis = 'reported' }: DossierFormQuery, reach: Reach
): Promise<DossierForm> {
  const resolved = await reachedUnit(db, { name: path.unit, source: null }, reach)
  if (resolved === undefined) throw notFound('unit', path.unit)
  const { code: unit } = resolved
  const period = await periodByCode(db, path.period)
  const desks = await reportingUnits(db, unit)
  const { own, total } = await counted(db, unit, period, basis)
  if (basis === 'records') addZeros(own, desks, period)
  // Who is asked to report in the period, and whoever counts all the same.
  const lines = desks.map(desk => ({ ...desk, is_expected: isExpected(desk, period) }))
    .filter(({ unit, is_expected }) => is_expected || own.has(unit))
  return { unit, period: period.code, basis, title: TITLE, ...filledForm(lines, own, total) }
}

/** What was counted: by each desk, and in the consolidated row of the unit of the form. */
async function counted (
  db: Db, unit: string, { code }: Period, basis: DossierForm['basis']
): Promise<{ own: Map<string, Figures>, total: Figures | null }> {
  const question = { basis, period: [code], unit, group_by: ['unit' as const] }
  const { items } = await onTime(db, question, { limit: ALL_UNITS }, null)
  return {
    own: new Map(items.filter(({ scope }) => scope === 'own').map(row => [row.unit!, row])),
    total: items.find(row => row.scope === 'total' && row.unit === unit) ?? null
  }
}

/** Desks that send records and had no dossiers. */
function addZeros (own: Map<string, Figures>, desks: ReportingUnit[], period: Period) {
  for (const desk of desks) {
    if (!own.has(desk.unit) && isRecorded(desk, period)) own.set(desk.unit, NO_DOSSIERS)
  }
}
