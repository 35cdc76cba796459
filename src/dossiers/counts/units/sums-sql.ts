import { sql } from 'kysely'
import type { Db } from '../../../database/connect.ts'
import { columns } from '../../../database/sql/bulk-json.ts'
import { prepared } from '../../../database/sql/prepared.ts'
import { keepsUndated } from '../../counting-rules/kept.ts'
import { summedAsReported } from '../count.ts'
import type { CountPlan, CountQuestion } from '../plan.ts'
import { borneUnits, unitPlanOf, type PartOfUnit, type UnitsAsked } from './asked-units.ts'
import { ON_TIME_SUMS, type OnTimeSums } from './on-time.ts'

/** The sums of each unit in each span, as they are stored. Units to which nothing happened have no row. */
export async function sumsOfUnits (db: Db, asked: UnitsAsked): Promise<(PartOfUnit & OnTimeSums)[]> {
  // What is counted from dossiers is so for each span by itself, in one pass, and what has sums is not because of it.
  const together = Map.groupBy(asked.spans, span => (
    unitPlanOf({ ...asked, spans: [span] }).reading === 'dossiers' ? span.code : 'from sums'))
  const rows: (PartOfUnit & OnTimeSums)[] = []
  for (const spans of together.values()) rows.push(...await summedTogether(db, { ...asked, spans }))
  return rows
}

// A connection keeps each statement that it has prepared: those of a question and what it is compared with.
const MOST_PREPARED = 2

async function summedTogether (db: Db, asked: UnitsAsked): Promise<(PartOfUnit & OnTimeSums)[]> {
  const plan = unitPlanOf(asked)
  const { keys, reading, spans } = plan
  const undated = await mayHaveUndated(db, plan, asked)
  const query = sql<PartOfUnit & OnTimeSums>`
    with borne as materialized (${borneUnits(asked)})
    select ${columns([...keys, ...ON_TIME_SUMS])} from (${summedAsReported({ ...plan, undated })}) as sums`
  const isPrepared = reading !== 'dossiers' && spans.length <= MOST_PREPARED
  return (await (isPrepared ? prepared(query) : query).execute(db)).rows
}

/**
 * Whether differences of rules do not tell all. What counts dossiers without a due date is the longest part of a
 * statement by far, and to plan it takes longer than all else; most often there are none.
 */
async function mayHaveUndated (
  db: Db, { reading, rules = null }: CountPlan, { units }: UnitsAsked
): Promise<NonNullable<CountQuestion['undated']>> {
  if (reading === 'dossiers' || rules === null || keepsUndated(rules)) return 'some'
  const { rows: [found] } = await prepared(sql<{ any: boolean }>`
    with asked as (select unnest(${units}::text[]) as unit)
    select exists (select from asked join dossiers using (unit) where due_at is null)
      or exists (select from dossier_states join asked using (unit) where due_at is null) as any`).execute(db)
  return found!.any ? 'some' : 'none'
}
