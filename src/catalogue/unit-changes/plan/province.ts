// The units of a province around a day: as they are on the day before, and as they would be on the day without events.
import { sql } from 'kysely'
import type { Trx } from '../../../database/connect.ts'

/** What can change of a unit from one day to the next. */
export interface Version {
  name: string
  kind: string
  parent: string | null
  path: string[]
  valid_from: string
  valid_to: string | null
}

export interface Standing {
  id: string
  code: string
  level: string
  reports_dossiers: boolean
  /** Its lifetime. */
  valid_from: string
  valid_to: string | null
  /** null: it does not exist on the day before; `on`: on the day. */
  before: Version | null
  on: Version | null
  /** Ids that are in its path on some day after; null: it does not change after. */
  later: string[] | null
}

export interface Level {
  position: number
  valid_from: string
  valid_to: string | null
}

export interface Province {
  code: string
  units: ReadonlyMap<string, Standing>
  levels: ReadonlyMap<string, Level>
}

/** @param day `YYYY-MM-DD` */
export async function provinceAround (trx: Trx, code: string, day: string): Promise<Province> {
  const version = (name: string) => sql`case when ${sql.ref(`${name}.unit`)} is not null then to_json(${sql.ref(name)}) end`
  const { rows: units } = await sql<Standing>`
    select units.id, units.code, units.level, units.reports_dossiers, units.valid_from, units.valid_to,
      ${version('earlier')} as before, ${version('same_day')} as on,
      (select array_agg(distinct above) from unit_versions as following cross join unnest(following.path) as above
        where following.unit = units.id and following.valid_from > ${day}) as later
    from units
      left join unit_versions as earlier on earlier.unit = units.id
        and earlier.valid_from < ${day} and coalesce(earlier.valid_to, 'infinity') >= ${day}::date - 1
      left join unit_versions as same_day on same_day.unit = units.id
        and same_day.valid_from <= ${day} and coalesce(same_day.valid_to, 'infinity') >= ${day}
    where units.province_code = ${code}`.execute(trx)
  const levels = await trx.selectFrom('levels').select(['code', 'position', 'valid_from', 'valid_to']).execute()
  return {
    code,
    units: new Map(units.map(unit => [unit.id, unit])),
    levels: new Map(levels.map(({ code, ...level }) => [code, level]))
  }
}
