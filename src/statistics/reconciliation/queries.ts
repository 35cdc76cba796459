import { sql } from 'kysely'
import type { Reach } from '../../contract/caller.ts'
import type { Db } from '../../database/connect.ts'
import { COLUMNS, FORM_MEASURES } from '../../form-ii06a/columns.ts'
import {
  countedDossiers, countPlanOf, isExpected, isRecorded, reportingUnits, type CountedGroup
} from '../../dossiers/counts/index.ts'
import type { FigureName } from '../../form-ii06a/measures.ts'
import { cutAt, type CutDays } from '../../time/cut.ts'
import { countingSets, SUMS } from '../reported/counting.ts'
import { resolveQuery } from '../on-time/resolve-query.ts'
import type { ReconciliationQuery, ReconciliationRow } from './schema.ts'

type Scope = ReconciliationRow['scope']
type ReportedSet = Record<FigureName, number> & Record<'sources_used' | 'sources_left_out', string[]>

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
  const known = await resolveQuery(db, { unit: question.unit, period: [question.period], source }, reach)
  const unit = known.unit!
  const period = known.periods[0]!
  const cut = cutAt(now, { from: period.starts_on, to: period.ends_on })
  if (cut === null) return []
  const set = await reportedSet(db, unit, period.code, scope, source)
  const { isKnown, counts, ...coverage } = await recorded(db, unit, cut, scope)
  const rows = FORM_MEASURES.map((measure): ReconciliationRow => {
    const reported = set === undefined || set[`${measure}_unknown`] > 0 ? null : set[measure]
    const from_records = isKnown ? counts?.[measure] ?? 0 : null
    const difference = reported === null || from_records === null ? null : reported - from_records
    return {
      unit,
      period: period.code,
      scope,
      measure,
      column: COLUMNS[measure] ?? null,
      reported,
      source: set?.sources_used.length === 1 ? set.sources_used[0]! : null,
      sources_used: set?.sources_used ?? [],
      sources_left_out: set?.sources_left_out ?? [],
      from_records,
      difference,
      agrees: difference === null ? null : difference === 0,
      ...coverage,
      as_of: cut.as_of,
      provisional: cut.provisional
    }
  })
  return differing ? rows.filter(({ agrees }) => agrees === false) : rows
}

/** The sums of the source asked for, or of what counts of all. */
async function reportedSet (
  db: Db, unit: string, period: string, scope: Scope, source: string | undefined
): Promise<ReportedSet | undefined> {
  const ofUnit = sql`province_code = (select province_code from units where id = ${unit})
    and period = ${period} and unit = ${unit} and scope = ${scope}`
  const counted = source === undefined
    ? countingSets(ofUnit)
    : sql`select * from statistics_sets where ${ofUnit} and source = ${source}`
  const leftOut = sql`select source from statistics_sets where ${ofUnit} and rows_left_out > 0 and ${source === undefined}`
  const { rows } = await sql<ReportedSet>`
    select array_agg(source order by source) as sources_used, array(${leftOut} order by source) as sources_left_out, ${SUMMED}
    from (${counted}) as counted having count(*) > 0`.execute(db)
  return rows[0]
}

const SUMMED = sql.raw(SUMS.map(column => `sum("${column}") as "${column}"`).join())

interface Recorded extends Pick<ReconciliationRow, 'units_recorded' | 'units_expected'> {
  isKnown: boolean
  /** undefined: no dossiers. */
  counts: CountedGroup | undefined
}

async function recorded (db: Db, unit: string, { from, to, dueTo }: CutDays, scope: Scope): Promise<Recorded> {
  const keys = scope === 'own' ? ['unit' as const] : []
  const span = { code: null, from, to, dueTo }
  const days = { starts_on: from, ends_on: to }
  const { rows } = await countedDossiers(countPlanOf({ keys, spans: [span], unit })).execute(db)
  const counts = rows.find(row => scope === 'total' || row.unit === unit)
  const desks = (await reportingUnits(db, unit)).filter(desk => scope === 'total' || desk.unit === unit)
  const units_recorded = desks.filter(desk => isRecorded(desk, days)).length
  const units_expected = desks.filter(desk => isExpected(desk, days)).length
  return { isKnown: units_recorded > 0 || (counts?.received ?? 0) > 0, counts, units_recorded, units_expected }
}
