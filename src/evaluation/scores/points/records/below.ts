import { sql } from 'kysely'
import { isVersionOn, sharesOf, STANDS } from '../../../../catalogue/hierarchy/places-sql.ts'
import type { UnitsOfDay } from '../../../../catalogue/hierarchy/hierarchy.ts'
import type { Db } from '../../../../database/connect.ts'
import { prepared } from '../../../../database/sql/prepared.ts'
import { isExpected, isRecorded, standsIn, type ReportingUnit } from '../../../../dossiers/counts/index.ts'
import type { Span } from '../spans.ts'
import type { UnitBelow, UnitInSpan } from '../units.ts'

/** A unit as it stands, with one whose figures it has: its own, or by hierarchy a predecessor. */
export interface Inside extends UnitBelow {
  reporter: string
  /** Of the figures of the reporter. */
  share: number
  /** The reporter is asked to report dossiers. */
  is_expected: boolean
  /** And it sends them, though maybe none in these days. */
  is_recorded: boolean
}

/** The units of a span, from the top down. */
export interface Standing {
  all: readonly Inside[]
  /** Those at or below each unit that is asked for. */
  below: ReadonlyMap<string, readonly Inside[]>
}

type Row = Omit<Inside, 'is_expected' | 'is_recorded'> &
  Pick<ReportingUnit, 'reports_dossiers' | 'valid_from' | 'valid_to' | 'stands_from' | 'stands_to' | 'recorded_since'>

/**
 * What stands at or below units in each span: on its last day, or by hierarchy on a day of its own.
 * @param top that all units are at or below; null: there is none
 * @param unitsOf to which figures are carried; null: as reported
 */
export async function standingIn (
  db: Db, spans: readonly Span[], units: readonly UnitInSpan[], top: string | null, unitsOf: UnitsOfDay | null
): Promise<Standing[]> {
  const isBelow = top === null ? sql`true` : sql`${top} = any(versions.path)`
  const [stands, join, isOnDay] = unitsOf === null
    ? [STANDS, sql`cross join lateral (select units.*, 1 as share) as reporters`, sql`true`]
    : [
        sql`null::date as stands_from, null::date as stands_to`,
        sql`join (${sharesOf({ unitsOf, unit: null, level: undefined, keys: ['unit'] })}) as borne on bearer = units.id
          join units as reporters on reporters.id = borne.unit`,
        isVersionOn(sql`${unitsOf.day}::date`)
      ]
  const { rows } = await prepared(sql<Row>`
    select versions.unit, versions.path, ${stands}, reporters.id as reporter, share, reporters.reports_dossiers,
      reporters.valid_from, reporters.valid_to, since as recorded_since
    from unit_versions as versions join units on units.id = versions.unit ${join}
      left join dossier_desks as desks on desks.province_code = reporters.province_code and desks.unit = reporters.id
    where ${isBelow} and ${isOnDay}
    order by cardinality(versions.path)`).execute(db)
  return spans.map(({ from, to }, i) => {
    const days = { starts_on: from, ends_on: to }
    const all = rows.filter(row => standsIn(row, days)).map(row => (
      { ...row, is_expected: isExpected(row, days), is_recorded: isRecorded(row, days) }))
    const below = new Map(units.filter(({ span }) => span === i).map(({ unit }) => [unit, [] as Inside[]]))
    for (const one of all) for (const above of one.path) below.get(above)?.push(one)
    return { all, below }
  })
}
