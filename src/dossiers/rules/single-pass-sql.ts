import { sql, type RawBuilder } from 'kysely'
import { columns } from '../../database/sql/bulk-json.ts'
import { dayIn, dayOfInstant, startOfDayIn } from '../../time/business-day-sql.ts'
import { ENDED_AT, HAS_RESULT, IS_CANCELLED, IS_COUNTED, WAITS } from './status.ts'

/** A span of time: `start` is included, `end` is not. */
export interface Instants {
  start: RawBuilder<string>
  end: RawBuilder<string>
  /** Due dates before this have been reached. */
  dueEnd: RawBuilder<string>
  /** What is due before the one and was received before the other is overdue at the end. */
  overdue: { due: RawBuilder<string>, received: RawBuilder<string> }
}

/**
 * Conditions on dossiers. Single-pass counting is right only for those without supplements and with one state, which
 * are nearly all.
 */
export const WITHOUT_SUPPLEMENTS = sql`supplements is null`
export const WITH_SUPPLEMENTS = sql`supplements is not null`

/**
 * Counts dossiers without supplements and former states for one span in a single pass, by comparing instants. A fast
 * path: ten times as fast as expanding each dossier into events with `dossierEvents`. A property test holds both to
 * the same counts.
 * @param names columns to group by
 * @param which a query for dossiers that were received before the end
 * @returns those columns; the measures except `became_overdue`; `carried_over` and `pending_overdue`
 */
export function singlePassCounts (
  names: readonly string[], which: RawBuilder<unknown>, { start, end, dueEnd, overdue }: Instants
): RawBuilder<unknown> {
  const isNew = sql`received_at >= ${start}`
  const hasEnded = sql`ended_at >= ${start} and ended_at < ${end}`
  const isResolved = sql`${hasEnded} and not is_cancelled`
  const isEarly = sql`${HAS_RESULT} and ended_at < ${startOfDayIn('due_at')}`
  const isDue = isDueIn(start, dueEnd)
  const countIf = (where: RawBuilder<unknown>) => sql`count(*) filter (where ${where})`
  const early = countIf(sql`${hasEnded} and ${isEarly}`)
  const measures = {
    received_online: countIf(sql`${isNew} and channel = 'online'`),
    received_direct: countIf(sql`${isNew} and channel <> 'online'`),
    received_postal: countIf(sql`${isNew} and channel = 'postal'`),
    resolved_early: early,
    resolved_on_time: sql`${countIf(sql`${isResolved} and ${IN_TIME}`)} - ${early}`,
    resolved_overdue: countIf(sql`${isResolved} and ended_at > due_at`),
    due: countIf(isDue),
    due_in_time: countIf(sql`${isDue} and ended_at <= due_at`),
    cancelled: countIf(sql`${hasEnded} and is_cancelled`),
    moved: sql`0`,
    moved_overdue: sql`0`,
    carried_over: countIf(sql`received_at < ${start} and ${isPendingAt(start)}`),
    pending_overdue: countIf(sql`${isPendingAt(end)} and ${isOverdue(end, overdue)}`)
  }
  const counts = Object.entries(measures).map(([name, count]) => sql`${count} as ${sql.ref(name)}`)
  return sql`
    select ${sql.join([...names.map(name => sql.ref(name)), ...counts])}
    from (
      select ${columns([...names, ...COMPARED.filter(name => !names.includes(name))])}, ${ENDED_AT} as ended_at,
        ${IS_CANCELLED} as is_cancelled
      from ${which} as dossiers where ${IS_COUNTED} offset 0
    ) as dossiers ${names.length === 0 ? sql`` : sql`group by ${columns(names)}`}`
}

// What is counted compares them, and the end, which the fence lets be found once for all that compare it.
const COMPARED = ['status', 'channel', 'received_at', 'due_at', 'updated_at']

/** Why a dossier counts: it ended; it ended or is pending; or it fell due. */
export type Counting = 'ended' | 'handled' | 'due'

/**
 * Lists dossiers without supplements and former states, one row each time that one counts: its columns, `ended_at`,
 * `day`, `in_time` and `is_pending`.
 */
export function singlePassDossiers (
  names: readonly string[], which: RawBuilder<unknown>, { start, end, dueEnd, overdue }: Instants, counting: Counting
): RawBuilder<unknown> {
  const own = columns([...names, 'ended_at'])
  const from = withEnd(which)
  const ended = sql`
    select ${own}, ${dayIn('ended_at')} as day, ${IN_TIME} as in_time, false as is_pending from ${from}
    where ended_at >= ${start} and ended_at < ${end} and not ${IS_CANCELLED}`
  const pending = sql`
    select ${own}, ${dayOfInstant(end)} - 1, not (${isOverdue(end, overdue)}), true from ${from}
    where ${isPendingAt(end)}`
  const due = sql`
    select ${own}, greatest(${dayIn('received_at')}, ${dayIn('due_at')}), coalesce(ended_at <= due_at, false), false from ${from}
    where ${isDueIn(start, dueEnd)}`
  return { ended, handled: sql`${ended} union all ${pending}`, due }[counting]
}

/** For dossiers that have ended. */
const IN_TIME = sql`coalesce(ended_at <= due_at, true)`

/** When a due date is reached: it may have been past already. */
const REACHED_AT = sql`greatest(received_at, due_at)`

/** Where a supplement was awaited before the day was over, the due date was not reached. */
function isDueIn (start: RawBuilder<string>, end: RawBuilder<string>): RawBuilder<boolean> {
  return sql<boolean>`due_at is not null and ${REACHED_AT} >= ${start} and ${REACHED_AT} < ${end}
    and not (${WAITS} and ${REACHED_AT} >= ${startOfDayIn('updated_at')})`
}

/** For what is pending at an instant; a dossier that awaits a supplement since before is not overdue. */
function isOverdue (end: RawBuilder<string>, { due, received }: Instants['overdue']): RawBuilder<boolean> {
  return sql<boolean>`coalesce(due_at < ${due}, false) and received_at < ${received} and not (${WAITS} and updated_at < ${end})`
}

function isPendingAt (instant: RawBuilder<string>): RawBuilder<boolean> {
  return sql<boolean>`coalesce(ended_at >= ${instant}, true)`
}

function withEnd (which: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(select *, ${ENDED_AT} as ended_at from ${which} as dossiers where ${IS_COUNTED}) as dossiers`
}
