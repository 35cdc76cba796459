import type { Reach } from '../../contract/caller.ts'
import type { Db } from '../../database/connect.ts'
import { isExpected, isRecorded, reportingUnits, standsIn, type ReportingUnit } from '../../dossiers/counts/index.ts'
import { notFound } from '../../contract/errors.ts'
import { periodByCode } from '../../catalogue/periods/queries.ts'
import type { Period } from '../../catalogue/periods/schema.ts'
import { noDossiers, type Figures } from '../../statistics/on-time/empty-rows.ts'
import { onTime, rulesNamed } from '../../statistics/on-time/queries.ts'
import type { UnknownAsked } from '../../measures/unknown.ts'
import { cutAt, cutOf } from '../../time/cut.ts'
import { hierarchyOf } from '../../catalogue/hierarchy/hierarchy.ts'
import { exactly, reachedUnit } from '../../catalogue/units/resolve.ts'
import type { DossierForm, DossierFormPath, DossierFormQuery } from './schema.ts'
import { filledForm, type Balanced, type FormUnit } from './sections.ts'

const TITLE = 'Tình hình, kết quả giải quyết thủ tục hành chính tại cơ quan, đơn vị trực tiếp giải quyết thủ tục hành chính'

/** A page limit above the number of units in any subtree. */
const ALL_UNITS = 1_000_000

/**
 * Form II.06a of a unit and all units below it.
 * @param now milliseconds since 1970
 * @throws DomainError `not_found` for unit and period, `invalid_request` for a hierarchy of no day and for rules that
 *   are not known
 */
export async function dossierForm (
  db: Db, path: DossierFormPath, question: DossierFormQuery, reach: Reach, now: number
): Promise<DossierForm> {
  const { basis = 'reported', unknown = false, rules } = question
  const hierarchy = hierarchyOf(question.hierarchy, reach, now)
  const period = await periodByCode(db, path.period)
  const resolved = await reachedUnit(db, path.unit, reach, { day: hierarchy.unitsOf?.day ?? period.ends_on })
  if (resolved === undefined) throw notFound('unit', path.unit)
  const { id: unit } = resolved
  const label = {
    unit, period: period.code, basis, hierarchy: hierarchy.name, ...await rulesNamed(db, { basis, rules }, period, now),
    title: TITLE, ...cutOf(now, period.ends_on)
  }
  const cut = cutAt(now, { from: period.starts_on, to: period.ends_on })
  if (cut === null) return { ...label, ...filledForm([], new Map(), null, question) }
  const asked = { unknown, hierarchy: hierarchy.name, rules }
  const { own, total } = await figuresByUnit(db, unit, period, { ...asked, basis }, reach, now)
  const days = basis === 'records' ? { ...period, ends_on: cut.to } : period
  const desks = (await reportingUnits(db, unit, hierarchy.unitsOf)).filter(desk => standsIn(desk, days))
  const units = [...Map.groupBy(desks, ({ bearer }) => bearer)].map(([unit, borne]) => (
    basis === 'records' ? recordedUnit(unit, borne, days, own, question) : reportedUnit(unit, borne, days, own)))
  // A unit that is not expected to report has a row if it has figures all the same.
  const rows = units.filter(({ unit, expected }) => expected > 0 || own.has(unit))
  const hasMoved = hasMovedWithin([...own.values()])
  const balanced = hasMoved ? await balancedFigures(db, unit, period, asked, reach, now) : undefined
  return { ...label, ...filledForm(rows, own, total, question, balanced) }
}

/** Whether a dossier may have moved from one unit of the form to another, where it is in the figures of both. */
function hasMovedWithin (figures: readonly Figures[]): boolean {
  return figures.some(row => row.transferred_in! > 0) && figures.some(row => row.transferred_out! > 0)
}

async function balancedFigures (
  db: Db, unit: string, { code }: Period, asked: Pick<DossierFormQuery, 'hierarchy' | 'unknown' | 'rules'>, reach: Reach,
  now: number
): Promise<Balanced> {
  const query = { ...asked, basis: 'records' as const, period: [code], unit: exactly(unit) }
  const { items: levels } = await onTime(db, { ...query, group_by: ['level'] }, { limit: ALL_UNITS }, reach, now)
  const { items: [whole] } = await onTime(db, query, { limit: 1 }, reach, now)
  return { levels: new Map(levels.map(row => [row.level!, row])), whole: whole! }
}

type OwnFigures = Map<string, Figures & { units_reported: number }>

/** Figures of each unit's own dossiers, and of the consolidated row of the unit of the form. */
async function figuresByUnit (
  db: Db, unit: string, { code }: Period, asked: Pick<DossierFormQuery, 'basis' | 'hierarchy' | 'unknown' | 'rules'>, reach: Reach,
  now: number
): Promise<{ own: OwnFigures, total: Figures | null }> {
  const query = { ...asked, period: [code], unit: exactly(unit), group_by: ['unit' as const] }
  const { items } = await onTime(db, query, { limit: ALL_UNITS }, reach, now)
  return {
    own: new Map(items.filter(({ scope }) => scope === 'own').map(row => [row.unit!, row])),
    total: items.find(row => row.scope === 'total' && row.unit === unit) ?? null
  }
}

type Days = Pick<Period, 'starts_on' | 'ends_on'>

function reportedUnit (unit: string, borne: ReportingUnit[], days: Days, own: OwnFigures): FormUnit {
  const { name, level, level_name } = borne[0]!
  const expected = borne.filter(desk => isExpected(desk, days)).length
  return { unit, name, level, level_name, expected, reported: Math.min(expected, own.get(unit)?.units_reported ?? 0) }
}

/** A unit that sends records but has none in the period had no dossiers: its figures are 0, not unknown. */
function recordedUnit (
  unit: string, borne: ReportingUnit[], days: Days, own: OwnFigures, asked: UnknownAsked
): FormUnit {
  const reported = borne.filter(desk => isRecorded(desk, days)).length
  if (reported > 0 && !own.has(unit)) own.set(unit, { ...noDossiers(asked), units_reported: reported })
  return { ...reportedUnit(unit, borne, days, own), reported }
}
