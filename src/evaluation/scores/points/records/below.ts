import { sql } from 'kysely'
import { isVersionOn } from '../../../../catalogue/hierarchy/places-sql.ts'
import type { Db } from '../../../../database/connect.ts'
import type { Span } from '../spans.ts'
import type { UnitBelow, UnitInSpan } from '../units.ts'

/** A unit that stands at or below another one on the last day of a span. */
export interface Inside extends UnitBelow {
  /** It is asked to report dossiers. */
  is_expected: boolean
  /** It sends dossiers, though maybe none in these days. */
  is_recorded: boolean
}

/** What stands at or below each unit, from the top down. */
export async function unitsBelow (
  db: Db, { from, to }: Span, units: readonly UnitInSpan[]
): Promise<Map<string, Inside[]>> {
  const below = new Map(units.map(({ unit }) => [unit, [] as Inside[]]))
  const { rows } = await sql<Inside>`
    select versions.unit, versions.path, coalesce(since <= ${to}::date, false) as is_recorded,
      reports_dossiers and units.valid_from <= ${to} and coalesce(units.valid_to, 'infinity') >= ${from} as is_expected
    from unit_versions as versions join units on units.id = versions.unit
      left join dossier_desks as desks on desks.province_code = units.province_code and desks.unit = units.id
    where versions.path && ${[...below.keys()]}::text[] and ${isVersionOn(sql`${to}::date`)}
    order by cardinality(versions.path)`.execute(db)
  for (const row of rows) for (const above of row.path) below.get(above)?.push(row)
  return below
}
