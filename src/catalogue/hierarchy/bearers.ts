import { sql } from 'kysely'
import type { Trx } from '../../database/connect.ts'

/**
 * Follows lineage from each unit to those that bear its figures, and from when to when: shares are multiplied step by
 * step, and added where two ways lead to the same unit. A unit that was split by procedure or dossier, without shares,
 * goes on bearing its own sums, which nothing divides. Call it whenever `unit_successions` has changed, which must hold
 * no circle.
 */
export async function rebuildBearers (trx: Trx): Promise<void> {
  // Two rebuilds at once would each add the rows of the other.
  await sql`lock table unit_bearers in share row exclusive mode`.execute(trx)
  await sql`delete from unit_bearers`.execute(trx)
  await sql`
    with recursive steps as (select * from unit_successions where share is not null),
    borne as (
      select predecessor as unit, successor as bearer, effective_on as starts_on, share from steps
      union all
      select unit, successor, greatest(starts_on, effective_on), borne.share * next.share
      from borne join steps as next on next.predecessor = bearer
    ),
    ends as (select predecessor as bearer, min(effective_on) as next_starts_on from steps group by predecessor)
    insert into unit_bearers (unit, bearer, starts_on, ends_on, share)
    select unit, bearer, starts_on, coalesce(next_starts_on - 1, 'infinity'), sum(share)
    from borne left join ends using (bearer)
    where starts_on < coalesce(next_starts_on, 'infinity')
    group by unit, bearer, starts_on, next_starts_on`.execute(trx)
}
