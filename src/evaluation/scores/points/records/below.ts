import { sql, type RawBuilder } from 'kysely'
import { isVersionOn, sharesOf } from '../../../../catalogue/hierarchy/places-sql.ts'
import type { UnitsOfDay } from '../../../../catalogue/hierarchy/hierarchy.ts'
import type { Db } from '../../../../database/connect.ts'
import { prepared } from '../../../../database/sql/prepared.ts'
import type { Span } from '../spans.ts'
import type { UnitBelow, UnitInSpan } from '../units.ts'

/** A unit at or below another one, with one whose figures it has: its own, or by hierarchy a predecessor. */
export interface Inside extends UnitBelow {
  reporter: string
  /** The reporter is asked to report dossiers. */
  is_expected: boolean
  /** It sends dossiers, though maybe none in these days. */
  is_recorded: boolean
}

/**
 * What stands at or below each unit, from the top down: on the last day of a span, or by hierarchy on its day.
 * @param unitsOf to which figures are carried; null: as reported
 */
export async function unitsBelow (
  db: Db, { from, to }: Span, units: readonly UnitInSpan[], unitsOf: UnitsOfDay | null
): Promise<Map<string, Inside[]>> {
  const below = new Map(units.map(({ unit }) => [unit, [] as Inside[]]))
  const { rows } = await prepared(sql<Inside>`
    select versions.unit, versions.path, reporters.id as reporter, coalesce(since <= ${to}::date, false) as is_recorded,
      reporters.reports_dossiers and reporters.valid_from <= ${to} and coalesce(reporters.valid_to, 'infinity') >= ${from}
        as is_expected
    from unit_versions as versions join units on units.id = versions.unit
      join (${reporters(unitsOf)}) as reporters on reporters.bearer = units.id
      left join dossier_desks as desks on desks.province_code = reporters.province_code and desks.unit = reporters.id
    where versions.path && ${[...below.keys()]}::text[] and ${isVersionOn(sql`${unitsOf?.day ?? to}::date`)}
    order by cardinality(versions.path)`).execute(db)
  for (const row of rows) for (const above of row.path) below.get(above)?.push(row)
  return below
}

/** Units with the one that has their figures: `bearer`. */
function reporters (unitsOf: UnitsOfDay | null): RawBuilder<unknown> {
  if (unitsOf === null) return sql`select *, id as bearer from units`
  return sql`
    select units.*, bearer from (${sharesOf({ unitsOf, unit: null, level: undefined, keys: ['unit'] })}) as borne
      join units on units.id = borne.unit`
}
