import type { Db } from '../database/connect.ts'
import { countedDossiers, type Counts } from '../dossiers/counts.ts'
import { desksOf, isExpected, isRecorded, type Desk } from '../dossiers/desks.ts'
import { notFound } from '../fault.ts'
import { periodByCode } from '../periods/queries.ts'
import type { Period } from '../periods/schema.ts'
import { NO_DOSSIERS, recordedFigures, type Figures } from '../statistics/figures.ts'
import { onTime } from '../statistics/on-time.ts'
import { reachedUnit } from '../units/resolve.ts'
import type { DossierForm, DossierFormPath, DossierFormQuery } from './schema.ts'
import { filledForm } from './sections.ts'

const TITLE = 'Tình hình, kết quả giải quyết thủ tục hành chính tại cơ quan, đơn vị trực tiếp giải quyết thủ tục hành chính'

/** More than a unit has below it. */
const ALL_UNITS = 1_000_000

/** What was counted: by each desk, and in the consolidated row of the unit of the form. */
interface Counted {
  own: Map<string, Figures>
  total: Figures | null
}

/**
 * Form II.06a of a unit and all below it.
 * @param reach code of the unit that the caller reaches; null: all
 * @throws Refusal `not_found` for unit and period
 */
export async function dossierForm (
  db: Db, path: DossierFormPath, { basis = 'reported' }: DossierFormQuery, reach: string | null
): Promise<DossierForm> {
  const resolved = await reachedUnit(db, { name: path.unit, source: null }, reach)
  if (resolved === undefined) throw notFound('unit', path.unit)
  const { code: unit } = resolved
  const period = await periodByCode(db, path.period)
  const desks = await desksOf(db, unit)
  const { own, total } = basis === 'reported'
    ? await reported(db, unit, period)
    : await recorded(db, unit, period, desks)
  // Who is asked to report in the period, and whoever counts all the same.
  const lines = desks.map(desk => ({ ...desk, is_expected: isExpected(desk, period) }))
    .filter(({ unit, is_expected }) => is_expected || own.has(unit))
  return { unit, period: period.code, basis, title: TITLE, ...filledForm(lines, own, total) }
}

async function reported (db: Db, unit: string, { code }: Period): Promise<Counted> {
  const question = { period: [code], unit, group_by: ['unit' as const] }
  const { items } = await onTime(db, question, { limit: ALL_UNITS }, null)
  return {
    own: new Map(items.filter(({ scope }) => scope === 'own').map(row => [row.unit!, row])),
    total: items.find(row => row.scope === 'total' && row.unit === unit) ?? null
  }
}

async function recorded (db: Db, unit: string, period: Period, desks: Desk[]): Promise<Counted> {
  const span = { code: null, from: period.starts_on, to: period.ends_on }
  const { rows } = await countedDossiers({ keys: ['unit'], spans: [span], unit }).execute(db)
  const counts = new Map<string, Counts>([
    ...desks.filter(desk => isRecorded(desk, period)).map(desk => [desk.unit, NO_DOSSIERS] as const),
    ...rows.map(row => [row.unit!, row] as const)
  ])
  const own = new Map([...counts].map(([unit, counts]) => [unit, recordedFigures(counts)]))
  return { own, total: null }
}
