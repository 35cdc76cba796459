import { sql, type RawBuilder } from 'kysely'

/** The calendar of any province that has none of its own. */
const DEFAULT_CALENDAR = 'vn'

/** The code of the working calendar of a province; null: that of any. */
export function calendarOf (province: string | null): RawBuilder<string> {
  return sql<string>`(
    select code from working_calendars where province = ${province} or code = ${DEFAULT_CALENDAR}
    order by province is null limit 1)`
}
