// Writes what happened to procedures, and what follows.
import { sql } from 'kysely'
import { upsert } from '../../../database/sql/bulk-json.ts'
import type { Trx } from '../../../database/connect.ts'
import { searchName } from '../../../text/search-name.ts'
import { contentOf, type Content } from './content.ts'
import type { FieldFrom } from '../schema.ts'
import { fieldsOf } from './fields.ts'
import type { ProcedureChange, ProcedureVersion } from './replay.ts'

/** One write after the other, so that each sees what the ones before it have changed. */
export async function lockProcedures (trx: Trx): Promise<void> {
  await sql`lock table procedures in share row exclusive mode`.execute(trx)
}

const CHANGE = ['id', 'procedure', 'effective_on', 'kind', 'content', 'successor', 'decision'] as const

/** What happened to procedures, by their codes. */
export async function changesOf (trx: Trx, codes: readonly string[]): Promise<Map<string, ProcedureChange[]>> {
  const { rows } = await sql<ProcedureChange>`
    select ${sql.join(CHANGE.map(name => sql.ref(name)))} from procedure_changes
    where procedure = any(${codes}) order by id`.execute(trx)
  return Map.groupBy(rows, ({ procedure }) => procedure)
}

/** A procedure with what happened to it by now, and before. */
export interface Plan {
  code: string
  before: readonly ProcedureChange[]
  changes: readonly ProcedureChange[]
  versions: readonly ProcedureVersion[]
}

/**
 * Stores procedures, their changes and their versions.
 * @param client who asks for it
 * @returns the job that moves dossiers to other fields; null: none has to
 */
export async function storePlans (trx: Trx, plans: readonly Plan[], client: string): Promise<number | null> {
  if (plans.length === 0) return null
  const counted = await countedFields(trx, plans)
  await upsert(trx, 'procedures', ['code'], plans.map(rowOf))
  await storeChanges(trx, plans)
  await storeVersions(trx, plans)
  return followFields(trx, plans, counted, client)
}

/** As the last version says. */
export function rowOf ({ code, versions }: Plan) {
  const last = versions.at(-1)!
  return {
    code, ...contentOf(last), valid_from: versions[0]!.valid_from, valid_to: last.valid_to,
    search_name: searchName(last.name)
  }
}

async function storeChanges (trx: Trx, plans: readonly Plan[]): Promise<void> {
  const known = new Map(plans.flatMap(({ before }) => before).map(change => [change.id, change]))
  const now = plans.flatMap(({ changes }) => changes)
  const left = new Set(now.map(({ id }) => id))
  const gone = [...known.keys()].filter(id => !left.has(id))
  if (gone.length > 0) await sql`delete from procedure_changes where id = any(${gone}::bigint[])`.execute(trx)
  const written = now.filter(change => known.get(change.id) !== change)
  const added = written.filter(({ id }) => id === null)
  const updated = written.filter(({ id }) => id !== null)
  if (added.length > 0) {
    const names = sql.join(CHANGE.slice(1).map(name => sql.ref(name)))
    await sql`
      insert into procedure_changes (${names})
      select ${names} from json_populate_recordset(null::procedure_changes, ${JSON.stringify(added)}::json)`.execute(trx)
  }
  if (updated.length > 0) {
    await sql`
      update procedure_changes as stored set effective_on = given.effective_on, content = given.content
      from json_populate_recordset(null::procedure_changes, ${JSON.stringify(updated)}::json) as given
      where stored.id = given.id`.execute(trx)
  }
}

async function storeVersions (trx: Trx, plans: readonly Plan[]): Promise<void> {
  await sql`delete from procedure_versions where procedure = any(${plans.map(({ code }) => code)})`.execute(trx)
  const rows = plans.flatMap(({ versions }) => versions)
    .map(version => ({ ...version, search_name: searchName(version.name) }))
  await sql`
    insert into procedure_versions
    select * from json_populate_recordset(null::procedure_versions, ${JSON.stringify(rows)}::json)`.execute(trx)
}

/** The fields in which the dossiers of procedures count; none of those that are new. */
async function countedFields (trx: Trx, plans: readonly Plan[]): Promise<Map<string, FieldFrom[]>> {
  const { rows } = await sql<Pick<Content, 'field'> & { code: string, counted_fields: FieldFrom[] | null }>`
    select code, field, counted_fields from procedures where code = any(${plans.map(({ code }) => code)})`.execute(trx)
  return new Map(rows.map(({ code, field, counted_fields: fields }) => [code, fields ?? [{ from: null, field }]]))
}

/**
 * Lets dossiers count in the fields of the versions. Where they are in others they stay there until a job has moved all
 * of them. A job that runs may be bringing them to fields that are meant no more, so another follows it.
 */
async function followFields (
  trx: Trx, plans: readonly Plan[], counted: ReadonlyMap<string, FieldFrom[]>, client: string
): Promise<number | null> {
  const { rows: moved } = await sql<{ code: string }>`
    select distinct unnest(procedures) as code from procedure_corrections where state in ('pending', 'running')`.execute(trx)
  const isMoved = new Set(moved.map(({ code }) => code))
  const all = plans.map(({ code, versions }) => {
    const meant = fieldsOf(versions)
    const now = counted.get(code) ?? meant
    return { code, counted_fields: now, moves: isMoved.has(code) || JSON.stringify(now) !== JSON.stringify(meant) }
  })
  const rows = all.map(({ code, counted_fields: fields, moves }) => (
    { code, counted_fields: moves || fields.length > 1 ? fields : null }))
  await sql`
    update procedures set counted_fields = given.counted_fields
    from json_to_recordset(${JSON.stringify(rows)}::json) as given (code text, counted_fields jsonb)
    where procedures.code = given.code and procedures.counted_fields is distinct from given.counted_fields`.execute(trx)
  const moving = all.filter(({ moves }) => moves).map(({ code }) => code)
  if (moving.length === 0) return null
  const { rows: [job] } = await sql<{ id: number }>`
    insert into procedure_corrections (procedures, client) values (${moving}, ${client}) returning id`.execute(trx)
  return job!.id
}
