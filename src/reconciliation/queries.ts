import { sql } from 'kysely'
import type { Db } from '../database/connect.ts'
import { COLUMNS, FORM_MEASURES } from '../dossier-form/columns.ts'
import { countedDossiers, type Counts } from '../dossiers/counts.ts'
import { desksOf, isExpected, isRecorded } from '../dossiers/desks.ts'
import { periodByCode } from '../periods/queries.ts'
import type { Period } from '../periods/schema.ts'
import { NO_DOSSIERS, type Figure } from '../statistics/figures.ts'
import { looked } from '../statistics/plan.ts'
import type { ReconciliationQuery, ReconciliationRow } from './schema.ts'

type Scope = ReconciliationRow['scope']
type ReportedSet = Record<Figure, number> & { source: string }

/**
 * What a unit reported beside what its records add up to, measure by measure in the order of the form. A total is
 * compared with the records of the unit and of all below it.
 * @param reach code of the unit that the caller reaches; null: all
 * @throws Refusal `invalid_request` for unknown codes
 */
export async function reconciliation (
  db: Db, question: ReconciliationQuery, reach: string | null
): Promise<ReconciliationRow[]> {
  const { scope = 'own', source, differing = false } = question
  const codes = await looked(db, { unit: question.unit, period: [question.period], source }, reach)
  const unit = codes.unit!
  const period = await periodByCode(db, codes.periods[0]!)
  const set = await reportedSet(db, unit, period.code, scope, source)
  const { counted, ...coverage } = await recorded(db, unit, period, scope)
  const rows = FORM_MEASURES.map((measure): ReconciliationRow => {
    const reported = set === undefined || set[`${measure}_unknown`] > 0 ? null : set[measure]
    const from_records = counted?.[measure] ?? null
    const difference = reported === null || from_records === null ? null : reported - from_records
    return {
      unit,
      period: period.code,
      scope,
      measure,
      column: COLUMNS[measure] ?? null,
      reported,
      source: set?.source ?? null,
      from_records,
      difference,
      agrees: difference === null ? null : difference === 0,
      ...coverage
    }
  })
  return differing ? rows.filter(({ agrees }) => agrees === false) : rows
}

/** What the source asked for reported, or else the one that counts. */
async function reportedSet (
  db: Db, unit: string, period: string, scope: Scope, source: string | undefined
): Promise<ReportedSet | undefined> {
  const { rows } = await sql<ReportedSet>`
    select * from statistics_sets
    where province_code = (select province_code from units where code = ${unit})
      and period = ${period} and unit = ${unit} and scope = ${scope}
      and ${source === undefined ? sql`counts` : sql`source = ${source}`}`.execute(db)
  return rows[0]
}

/** What the records add up to; null where there are none. */
async function recorded (db: Db, unit: string, period: Period, scope: Scope): Promise<
  { counted: Counts | null } & Pick<ReconciliationRow, 'units_recorded' | 'units_expected'>
> {
  const keys = scope === 'own' ? ['unit' as const] : []
  const span = { code: null, from: period.starts_on, to: period.ends_on }
  const { rows } = await countedDossiers({ keys, spans: [span], unit }).execute(db)
  const counts = rows.find(row => scope === 'total' || row.unit === unit) ?? NO_DOSSIERS
  const desks = (await desksOf(db, unit)).filter(desk => scope === 'total' || desk.unit === unit)
  const units_recorded = desks.filter(desk => isRecorded(desk, period)).length
  return {
    counted: units_recorded > 0 || counts.received > 0 ? counts : null,
    units_recorded,
    units_expected: desks.filter(desk => isExpected(desk, period)).length
  }
}
