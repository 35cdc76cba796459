import { sql, type RawBuilder } from 'kysely'
import { columns } from '../../database/sql/bulk-json.ts'
import { dayIn } from '../../time/business-day-sql.ts'
import type { Counted } from './events-sql.ts'
import { ENDED_AT, HAS_RESULT } from './status.ts'

/** Dossiers that ended with a result, as a query: the columns asked for, and `day`, the day on which each ended. */
export function dossierResults (names: readonly string[], { plain, states }: Counted): RawBuilder<unknown> {
  return sql`
    select ${columns(names)}, ${dayIn('ended_at')} as day
    from (select *, ${ENDED_AT} as ended_at from ${plain} as dossiers where ${HAS_RESULT}) as ended where ended_at is not null
    union all
    select ${columns(names)}, ends_on from ${states} as states
    where ${HAS_RESULT} and ends_on >= held_from and ends_on < held_until`
}
