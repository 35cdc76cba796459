import { sql } from 'kysely'
import type { Reach } from '../../contract/caller.ts'
import type { Db } from '../../database/connect.ts'
import { COLUMNS, FORM_MEASURES } from '../../form-ii06a/columns.ts'
import {
  countUnits, countedDossiers, countPlanOf, readWithTimeFor, isExpected, isRecorded, reportingUnits, type CarriedGroup
} from '../../dossiers/counts/index.ts'
import type { Choices } from '../../dossiers/counting-rules/schema.ts'
import { MEASURES, roundedCount, TRANSFERS, type FigureName, type Measure } from '../../form-ii06a/measures.ts'
import type { UnitsOfDay } from '../../catalogue/hierarchy/hierarchy.ts'
import { sharesOf } from '../../catalogue/hierarchy/places-sql.ts'
import { PROVINCES } from '../../catalogue/units/reach-sql.ts'
import { cutAt, type CutDays } from '../../time/cut.ts'
import { DOSSIERS } from '../kinds/index.ts'
import { countingSets } from '../reported/counting.ts'
import { resolveQuery, rulesAsked, rulesOfRow } from '../on-time/resolve-query.ts'
import type { ReconciliationQuery, ReconciliationRow } from './schema.ts'

type Scope = ReconciliationRow['scope']
type ReportedSet = Record<FigureName, number> & Record<'sources_used' | 'sources_left_out', string[]> & { estimated: boolean }

/**
 * What a unit reported beside what its records add up to, measure by measure in the order of the form. A total is
 * compared with the records of the unit and of all below it.
 * @param now milliseconds since 1970
 * @throws DomainError `invalid_request` for unknown codes
 */
export async function reconciliation (
  db: Db, question: ReconciliationQuery, reach: Reach, now: number
): Promise<ReconciliationRow[]> {
  const { scope = 'own', source, differing = false } = question
  const { hierarchy } = question
  const named = { unit: question.unit, period: [question.period], source, hierarchy }
  const known = await resolveQuery(db, named, reach, now)
  const unit = known.unit!
  const period = known.periods[0]!
  const rules = await rulesAsked(db, { basis: 'records', rules: question.rules }, [period], now)
  const cut = cutAt(now, { from: period.starts_on, to: period.ends_on })
  if (cut === null) return []
  const asked = { unit, province: known.province, scope, unitsOf: known.hierarchy.unitsOf, rules: rules!.choices }
  const set = await reportedSet(db, asked, period.code, source)
  const { isKnown, counts, ...coverage } = await recorded(db, asked, cut)
  const estimated = set?.estimated === true || counts?.estimated === true
  const reportedOf = (measure: Measure) => set === undefined || set[`${measure}_unknown`] > 0 ? null : set[measure]
  const measures = [
    ...FORM_MEASURES.map(measure => ({ measure, column: COLUMNS[measure] ?? null, reported: reportedOf(measure) })),
    ...TRANSFERS.map(measure => ({ measure, column: null, reported: null }))
  ]
  const rows = measures.map(({ measure, column, reported }): ReconciliationRow => {
    const from_records = isKnown ? roundedCount(counts?.[measure] ?? 0) : null
    const difference = reported === null || from_records === null ? null : roundedCount(reported - from_records)
    return {
      unit,
      period: period.code,
      scope,
      measure,
      column,
      reported,
      source: set?.sources_used.length === 1 ? set.sources_used[0]! : null,
      sources_used: set?.sources_used ?? [],
      sources_left_out: set?.sources_left_out ?? [],
      from_records,
      difference,
      agrees: difference === null ? null : difference === 0,
      ...coverage,
      hierarchy: known.hierarchy.name,
      ...rulesOfRow(rules),
      estimated,
      as_of: cut.as_of,
      provisional: cut.provisional
    }
  })
  return differing ? rows.filter(({ agrees }) => agrees === false) : rows
}

interface Asked {
  unit: string
  province: string | null
  scope: Scope
  /** The units to which figures are carried; null: as reported. */
  unitsOf: UnitsOfDay | null
  /** By which records count. */
  rules: Choices | null
}

/** The sums of the source asked for, or of what counts of all. A consolidated row stays with its unit. */
async function reportedSet (
  db: Db, { unit, scope, unitsOf }: Asked, period: string, source: string | undefined
): Promise<ReportedSet | undefined> {
  const borne = unitsOf === null
    ? sql`select ${unit}::text as unit, 1 as share`
    : sql`select unit, share from (${sharesOf({ unitsOf, unit, level: undefined, keys: ['unit'] })}) as shares
      where bearer = ${unit} and ${scope === 'own' ? sql`true` : sql`stays`}`
  const ofUnit = sql`province_code = any(${PROVINCES})
    and period = ${period} and unit in (select unit from borne) and scope = ${scope}`
  const counted = source === undefined
    ? countingSets(DOSSIERS, ofUnit)
    : sql`select * from statistics_sets where ${ofUnit} and source = ${source}`
  const leftOut = sql`select distinct source from statistics_sets where ${ofUnit} and rows_left_out > 0 and ${source === undefined}`
  const { rows } = await sql<ReportedSet>`
    with borne as materialized (${borne})
    select array_agg(distinct source order by source) as sources_used, array(${leftOut} order by source) as sources_left_out,
      bool_or(share < 1) as estimated, ${SUMMED}
    from (${counted}) as counted join borne using (unit) having count(*) > 0`.execute(db)
  return rows[0]
}

const SUMMED = sql.raw([
  ...MEASURES.map(measure => `round(sum("${measure}" * share), 4) as "${measure}"`),
  ...MEASURES.map(measure => `sum("${measure}_unknown") as "${measure}_unknown"`)
].join())

interface Recorded extends Pick<ReconciliationRow, 'units_recorded' | 'units_expected'> {
  isKnown: boolean
  /** undefined: no dossiers. */
  counts: CarriedGroup | undefined
}

async function recorded (
  db: Db, { unit, province, scope, unitsOf, rules }: Asked, { from, to, dueTo }: CutDays
): Promise<Recorded> {
  const keys = scope === 'own' ? ['unit' as const] : []
  const span = { code: null, from, to, dueTo }
  const days = { starts_on: from, ends_on: to }
  const plan = countPlanOf({ keys, spans: [span], unit, province, unitsOf, rules })
  const { rows } = await readWithTimeFor(db, plan, db => countedDossiers(plan).execute(db))
  const counts = rows.find(row => scope === 'total' || row.unit === unit)
  const desks = (await reportingUnits(db, unit, unitsOf)).filter(desk => scope === 'total' || desk.bearer === unit)
  const units_recorded = countUnits(desks.filter(desk => isRecorded(desk, days)))
  const units_expected = countUnits(desks.filter(desk => isExpected(desk, days)))
  return { isKnown: units_recorded > 0 || (counts?.received ?? 0) > 0, counts, units_recorded, units_expected }
}
