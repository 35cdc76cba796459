import type { Reach } from '../../contract/caller.ts'
import type { Db } from '../../database/connect.ts'
import { isExpected, isRecorded, reportingUnits, type ReportingUnit } from '../../dossiers/counts/index.ts'
import { notFound } from '../../contract/errors.ts'
import { periodByCode } from '../../catalogue/periods/queries.ts'
import type { Period } from '../../catalogue/periods/schema.ts'
import { noDossiers, type Figures } from '../../statistics/on-time/empty-rows.ts'
import { onTime } from '../../statistics/on-time/queries.ts'
import type { UnknownAsked } from '../../form-ii06a/unknown.ts'
import { cutAt, cutOf } from '../../time/cut.ts'
import { reachedUnit } from '../../catalogue/units/resolve.ts'
import type { DossierForm, DossierFormPath, DossierFormQuery } from './schema.ts'
import { filledForm } from './sections.ts'

const TITLE = 'Tình hình, kết quả giải quyết thủ tục hành chính tại cơ quan, đơn vị trực tiếp giải quyết thủ tục hành chính'

/** A page limit above the number of units in any subtree. */
const ALL_UNITS = 1_000_000

/**
 * Form II.06a of a unit and all units below it.
 * @param now milliseconds since 1970
 * @throws DomainError `not_found` for unit and period
 */
export async function dossierForm (
  db: Db, path: DossierFormPath, question: DossierFormQuery, reach: Reach, now: number
): Promise<DossierForm> {
  const { basis = 'reported', unknown = false } = question
  const resolved = await reachedUnit(db, { name: path.unit, source: null }, reach)
  if (resolved === undefined) throw notFound('unit', path.unit)
  const { code: unit } = resolved
  const period = await periodByCode(db, path.period)
  const label = { unit, period: period.code, basis, title: TITLE, ...cutOf(now, period.ends_on) }
  const cut = cutAt(now, { from: period.starts_on, to: period.ends_on })
  if (cut === null) return { ...label, ...filledForm([], new Map(), null, question) }
  const units = await reportingUnits(db, unit)
  const { own, total } = await figuresByUnit(db, unit, period, { basis, unknown }, now)
  if (basis === 'records') addZeros(own, units, { starts_on: cut.from, ends_on: cut.to }, question)
  // A unit that is not expected to report has a row if it has figures all the same.
  const rows = units.map(unit => ({ ...unit, is_expected: isExpected(unit, period) }))
    .filter(({ unit, is_expected }) => is_expected || own.has(unit))
  return { ...label, ...filledForm(rows, own, total, question) }
}

/** Figures of each unit's own dossiers, and of the consolidated row of the unit of the form. */
async function figuresByUnit (
  db: Db, unit: string, { code }: Period, asked: Pick<DossierFormQuery, 'basis' | 'unknown'>, now: number
): Promise<{ own: Map<string, Figures>, total: Figures | null }> {
  const query = { ...asked, period: [code], unit, group_by: ['unit' as const] }
  const { items } = await onTime(db, query, { limit: ALL_UNITS }, null, now)
  return {
    own: new Map(items.filter(({ scope }) => scope === 'own').map(row => [row.unit!, row])),
    total: items.find(row => row.scope === 'total' && row.unit === unit) ?? null
  }
}

/** A unit that sends records but has none in the period had no dossiers: its figures are 0, not unknown. */
function addZeros (
  own: Map<string, Figures>, units: ReportingUnit[], period: Pick<Period, 'starts_on' | 'ends_on'>, asked: UnknownAsked
) {
  for (const unit of units) {
    if (!own.has(unit.unit) && isRecorded(unit, period)) own.set(unit.unit, noDossiers(asked))
  }
}
