// What an open dossier counts as. Here of one dossier, to update the sums by deltas; in `countedBacklog` of all, by the
// rules of open-sql.ts, to rebuild them.
import { sql, type RawBuilder } from 'kysely'
import { dayOf, type DayNumber } from '../../time/business-day.ts'
import { dayIn } from '../../time/business-day-sql.ts'
import { openNow } from '../rules/open-sql.ts'
import { isOpen, isWaiting } from '../rules/status.ts'
import type { DossierState } from '../rules/timeline.ts'

/**
 * Of which day it counts. All are `received`; of these each is one of the others: `due` on the day on which its due
 * date is reached, `awaiting` a supplement and `undated`, without a due date, on the day of reception.
 */
export const BACKLOG_KINDS = ['received', 'awaiting', 'undated', 'due'] as const
export type BacklogKind = typeof BACKLOG_KINDS[number]

export interface Standing {
  receivedOn: DayNumber
  kind: Exclude<BacklogKind, 'received'>
  day: DayNumber
}

/** null: it is not open. */
export function standingOf ({ status, received_at, due_at, supplements }: DossierState): Standing | null {
  if (!isOpen(status)) return null
  const receivedOn = dayOf(received_at)
  const last = supplements.at(-1)
  if (isWaiting(status) || last?.completed_at === null) return { receivedOn, kind: 'awaiting', day: receivedOn }
  const due = last?.new_due_at ?? due_at
  if (due === null) return { receivedOn, kind: 'undated', day: receivedOn }
  return { receivedOn, kind: 'due', day: dayOf(Math.max(due, received_at, last?.completed_at ?? received_at)) }
}

/** How many dossiers are open, counted from these: the columns of `backlog_sums`. */
export function countedBacklog (): RawBuilder<unknown> {
  const open = openNow(['province_code', 'unit'], sql`true`, sql`'infinity'`)
  return sql`
    select province_code, unit, kind, day, count(*)::integer as dossiers
    from (
      select *, ${dayIn('received_at')} as received_on, ${dayIn('reached_at')} as reached_on from (${open}) as open
    ) as open cross join lateral (values
      ('received', received_on),
      (case when awaits_supplement then 'awaiting' when reached_on is null then 'undated' else 'due' end,
        coalesce(reached_on, received_on))
    ) as counted (kind, day)
    group by province_code, unit, kind, day`
}
