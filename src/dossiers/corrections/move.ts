// Moves the dossiers of procedures to the fields that their versions say, in one transaction and in batches: no answer
// sees a part of it, and the service holds a batch at most.
import { sql, type RawBuilder } from 'kysely'
import { PROVINCES } from '../../catalogue/units/reach-sql.ts'
import type { Trx } from '../../database/connect.ts'
import { lock } from '../../database/sql/advisory-lock.ts'
import { columns } from '../../database/sql/bulk-json.ts'
import { quarterIn, sliceIn } from '../../time/business-day-sql.ts'
import { KEPT_RULES } from '../counting-rules/kept.ts'
import { DEFAULT_RULES } from '../counting-rules/schema.ts'
import { graceOf } from '../counting-rules/seen.ts'
import { dossiersSeenBy, statesSeenBy } from '../counting-rules/seen-sql.ts'
import { countedResults } from '../details/results-sql.ts'
import { RESULT_MEASURES } from '../details/results.ts'
import { addedCells } from '../rollups/cells.ts'
import { isOfDifferences, isOfResults, keysOf, measuresOf, ROLLUP_TABLES, ROLLUPS, type RollupTable } from '../rollups/families.ts'
import { dossierEvents } from '../rules/events-sql.ts'
import { EVENT_MEASURES } from '../rules/events.ts'
import { dossierResults } from '../rules/results-sql.ts'
import { dossierStates, IN_ONE_STATE } from '../rules/timeline-sql.ts'
import type { FieldsOf } from './fields.ts'

/** Dossiers that are moved at once, as they are locked. */
const BATCH = 5_000

export interface Progress {
  moved: number
  total: number
}

/** Called after each batch. */
export type OnProgress = (progress: Progress) => Promise<void>

/**
 * Moves the dossiers, what they were, and the rollups by what that changes. Chunks are ingested meanwhile, but for
 * those with dossiers that are moved already. In the end none is in flight, and what came meanwhile follows.
 * @returns how many dossiers were moved, by procedure
 */
export async function moveDossiers (
  trx: Trx, fields: readonly FieldsOf[], onProgress: OnProgress, batch = BATCH
): Promise<Map<string, number>> {
  await createTables(trx, fields)
  const moved = new Map<string, number>()
  let [done, total] = [0, 0]
  const moveAll = async () => {
    const found = await findMoving(trx)
    total += found
    for (let last = 0; last < found; last += batch) {
      await moveBatch(trx, last, last + batch)
      done += Math.min(batch, found - last)
      await onProgress({ moved: done, total })
    }
    for (const [procedure, dossiers] of await countMoving(trx)) {
      moved.set(procedure, (moved.get(procedure) ?? 0) + dossiers)
    }
    await sql`drop table moving`.execute(trx)
    await moveVersions(trx)
  }
  await moveAll()
  await lock(trx, 'dossiers', 'exclusive')
  await moveAll()
  for (const table of OF_FIELD) await moveCells(trx, table)
  return moved
}

const OF_FIELD = ROLLUP_TABLES.filter(table => (keysOf(table) as readonly string[]).includes('field'))
const KEYS = [...new Set(['province_code', 'field', ...OF_FIELD.flatMap(keysOf)])]
const OF_RESULT = ['province_code', 'unit', 'field']
const DOSSIER = columns(['province_code', 'code', 'record'])

async function createTables (trx: Trx, fields: readonly FieldsOf[]): Promise<void> {
  const rows = fields.flatMap(({ procedure, fields }) => fields.map(({ from, field }, i) => (
    { procedure, field, from_at: instantOf(from) ?? '-infinity', until_at: instantOf(fields[i + 1]?.from) ?? 'infinity' })))
  await sql`
    create temporary table meant_fields on commit drop as
    select * from json_to_recordset(${JSON.stringify(rows)}::json)
      as given (procedure text, field text, from_at timestamptz, until_at timestamptz)`.execute(trx)
  await sql`
    create temporary table moved_events on commit drop as
    select ${columns(KEYS)}, field as new_field, null::date as day, ${columns(EVENT_MEASURES)} from dossier_differences_by_desk
      cross join (select null::text as procedure, null::text as level) as others where false`.execute(trx)
  await sql`
    create temporary table moved_results on commit drop as
    select ${columns(OF_RESULT)}, field as new_field, null::date as day, ${columns(RESULT_MEASURES)} from dossier_results_by_field
    where false`.execute(trx)
}

function instantOf (day: string | null | undefined): string | null {
  return day == null ? null : `${day}T00:00:00+07:00`
}

/** Of a state beside the field that it is meant to be in. */
const IS_ELSEWHERE = sql`meant.procedure = stored.procedure and stored.field <> meant.field
  and stored.received_at >= meant.from_at and stored.received_at < meant.until_at`

/** Numbers the dossiers that are, or were, in other fields than they are meant to be. @returns how many */
async function findMoving (trx: Trx): Promise<number> {
  const found = (table: 'dossiers' | 'dossier_states') => sql`
    select province_code, code, record, stored.procedure
    from ${sql.table(table)} as stored join meant_fields as meant on ${IS_ELSEWHERE}`
  await sql`
    create temporary table moving on commit drop as
    select row_number() over (order by ${DOSSIER}) as n, found.*
    from (${found('dossiers')} union ${found('dossier_states')}) as found`.execute(trx)
  await sql`create index on moving (n)`.execute(trx)
  await sql`analyze moving`.execute(trx)
  const { rows: [count] } = await sql<{ found: number }>`select count(*)::integer as found from moving`.execute(trx)
  return count!.found
}

async function countMoving (trx: Trx): Promise<[string, number][]> {
  const { rows } = await sql<{ procedure: string, dossiers: number }>`
    select procedure, count(*)::integer as dossiers from moving group by procedure`.execute(trx)
  return rows.map(({ procedure, dossiers }) => [procedure, dossiers])
}

/** Moves those with numbers after the first and up to the last. */
async function moveBatch (trx: Trx, after: number, last: number): Promise<void> {
  // As numbers of the statement: how many are between two parameters, the planner guesses, and compares each with each.
  const inBatch = sql`(${DOSSIER}) in (select ${DOSSIER} from moving where n > ${sql.lit(after)} and n <= ${sql.lit(last)})`
  // In the order in which ingest locks them.
  await sql`
    select count(*) from (
      select from dossiers where ${inBatch} order by ${DOSSIER} for update) as locked`.execute(trx)
  const moving = (which: RawBuilder<unknown>) => sql`(
    select stored.*, meant.field as new_field from ${which} as stored join meant_fields as meant on ${IS_ELSEWHERE})`
  const plain = sql`(select * from dossiers where ${IN_ONE_STATE} and ${inBatch})`
  const states = dossierStates(inBatch)
  const keys = [...KEYS.filter(name => name !== 'rules'), 'new_field']
  const names = columns([...keys, 'day'])
  const byDefault = dossierEvents(keys, { plain: moving(plain), states: moving(states) })
  const add = (rules: string, events: RawBuilder<unknown>, sign: 1 | -1) => sql`
    insert into moved_events (rules, ${names}, ${columns(EVENT_MEASURES)})
    select ${rules}, ${names}, ${sql.join(EVENT_MEASURES.map(name => sql`${sql.lit(sign)} * sum(${sql.ref(name)})`))}
    from (${events}) as events group by ${names}`.execute(trx)
  await add(DEFAULT_RULES, byDefault, 1)
  for (const { code, choices } of KEPT_RULES) {
    const seen = {
      plain: moving(dossiersSeenBy(choices, plain)), states: moving(statesSeenBy(choices, states, sql`true`))
    }
    await add(code, dossierEvents(keys, seen, graceOf(choices)), 1)
    await add(code, byDefault, -1)
  }
  const ofResult = columns([...OF_RESULT, 'new_field', 'day'])
  const results = dossierResults([...OF_RESULT, 'new_field', 'details'], { plain: moving(plain), states: moving(states) })
  await sql`
    insert into moved_results (${ofResult}, ${columns(RESULT_MEASURES)})
    select ${ofResult}, ${countedResults(RESULT_MEASURES)} from (${results}) as results group by ${ofResult}`.execute(trx)
  for (const table of ['dossiers', 'dossier_states'] as const) {
    await sql`
      update ${sql.table(table)} as stored set field = meant.field from meant_fields as meant
      where ${IS_ELSEWHERE} and ${inBatch}`.execute(trx)
  }
}

/** Moves what dossiers were, so that one whose deletion is taken back comes back in the right field. */
async function moveVersions (trx: Trx): Promise<void> {
  await sql`
    update dossier_versions as stored set field = meant.field from meant_fields as meant
    where province_code = any(${PROVINCES}) and ${IS_ELSEWHERE}`.execute(trx)
}

/** Takes what the dossiers count for out of the fields that they were in, and adds it to those that they are in. */
async function moveCells (trx: Trx, table: RollupTable): Promise<void> {
  const key = ['province_code', ...ROLLUPS[table]]
  const moved = isOfResults(table)
    ? sql`moved_results`
    : sql`moved_events where (rules <> ${DEFAULT_RULES}) = ${isOfDifferences(table)}`
  const named = sql.join(key.map(name => name === 'field' ? sql`moved.field` : sql.ref(name)))
  const measures = measuresOf(table)
  const summed = measures.map(name => sql`sum(sign * ${sql.ref(name)})::integer as ${sql.ref(name)}`)
  await addedCells(table, sql`
    select ${named}, ${sql.join(summed)}
    from (select *, ${sliceIn('day')} as slice, ${quarterIn('day')} as quarter from ${moved}) as events
      cross join lateral (values (events.field, -1), (new_field, 1)) as moved (field, sign)
    group by ${named}`).execute(trx)
}
