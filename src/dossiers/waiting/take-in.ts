// Takes versions in that waited, when the catalogue has what they name: in chunks, in the order in which they came, as
// ingest takes in what is sent. A process that is killed leaves whole chunks.
import { sql, type RawBuilder } from 'kysely'
import { resolveUnits, type NamedUnit } from '../../catalogue/units/resolve.ts'
import type { Reach } from '../../contract/caller.ts'
import type { Issue, IssueCode } from '../../contract/errors.ts'
import type { Db, Trx } from '../../database/connect.ts'
import { array, unnested } from '../../database/sql/bulk-binary.ts'
import { tryLock } from '../../database/sql/advisory-lock.ts'
import { compressByLz4 } from '../../database/sql/compression.ts'
import { allowSlowStatements } from '../../database/time-limits.ts'
import { today } from '../../time/business-day.ts'
import { issueAt } from '../../writes/row-issues.ts'
import { runOwnWrite } from '../../writes/unit-of-work.ts'
import { addTakenIn } from '../imports/commands.ts'
import { ingestDossiers, type Ingested } from '../ingest/chunk.ts'
import { nationalIssue, nationalPointer } from '../national-sync/format/issues.ts'
import { stepsApplied } from '../national-sync/steps.ts'
import type { DossierItem } from '../schema.ts'

/** Versions that are taken in at once. Each has three warnings at most, all of which are then listed. */
const CHUNK = 300

const OPERATION = 'takeInWaitingDossiers'

/** Lists of what waits are answered from memory until something is written. */
const NO_ROWS = { province: '', rows: 0 }

/** Names that are looked up at once. */
const NAMES = 1_000

/** Whose versions go in together, as they were sent: what a name means, and who may write it, follows from it. */
export interface Sender {
  client: string
  source: string
  reach: Reach
  /** Whether they came in the national format, whose repeats change nothing and whose steps may have come before. */
  national: boolean
}

interface WaitingVersion {
  id: number
  import: number
  line: number
  item: DossierItem
}

/** Faults of a chunk, not of a version: the first of a chunk has none of them, and they are tried with the next one. */
const LATER: readonly IssueCode[] = ['several_provinces', 'too_many_versions']

/** The names of units that versions wait for and that are there by now. */
export async function knownUnits (db: Db): Promise<NamedUnit[]> {
  const { rows } = await sql<{ name: string, source: string }>`
    select distinct missing_unit as name, source from waiting_dossiers
    where missing_unit is not null and not failed`.execute(db)
  const known: NamedUnit[] = []
  for (let i = 0; i < rows.length; i += NAMES) {
    const some = rows.slice(i, i + NAMES)
    const unitOf = await resolveUnits(db, some)
    known.push(...some.filter(name => unitOf(name, today()) !== undefined))
  }
  return known
}

/** The sender of the first version that can be taken in; undefined: there is none. */
export async function nextSender (db: Db, units: readonly NamedUnit[]): Promise<Sender | undefined> {
  const { rows: [sender] } = await sql<Sender>`
    select client, source, reach, national from waiting_dossiers where ${isKnown(units)} order by id limit 1`.execute(db)
  return sender
}

/** The ids of the versions that the next chunk of a sender has, in their order. */
export async function nextVersions (db: Db, sender: Sender, units: readonly NamedUnit[]): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select id from waiting_dossiers where ${isOf(sender)} and ${isKnown(units)} order by id limit ${CHUNK}`.execute(db)
  return rows.map(({ id }) => id)
}

/**
 * @param only the id of the only version to take in; left out: the next chunk
 * @returns how many versions it has looked at; 0: another process takes them in
 */
export async function takeInChunk (
  db: Db, sender: Sender, units: readonly NamedUnit[], only?: number
): Promise<number> {
  const { client, source, reach, national } = sender
  const { found, failed } = await runOwnWrite(db, client, OPERATION, async write => {
    const { trx } = write
    await allowSlowStatements(trx)
    await compressByLz4(trx)
    const { rows: [lock] } = await sql<{ taken: boolean }>`select ${tryLock('waiting')} as taken`.execute(trx)
    // Not in one statement with the lock: its snapshot would be older than that.
    const { rows } = await sql<WaitingVersion>`
      select id, import, line, item from waiting_dossiers
      where ${isOf(sender)} and ${isKnown(units)} and ${lock!.taken}
        and ${only === undefined ? sql`true` : sql`id = ${only}`}
      order by id limit ${CHUNK}`.execute(trx)
    const ingested = await ingestDossiers(write, rows.map(({ item }) => item), {
      source, reach, waitedAs: rows.map(({ id }) => id),
      ...national ? { ignoresRepeats: true, adjust: stepsApplied({ client, source }) } : {}
    })
    const taken = await forgetTaken(trx, rows, ingested, national)
    if (taken > 0) write.ownAuditRows ??= NO_ROWS
    return { found: rows.length, failed: failedOf(rows, ingested, national) }
  })
  if (failed.length > 0) await markFailed(db, client, failed)
  return found
}

/** Leaves a version that cannot be taken in, for a reason that is not its own, to be tried when it is sent again. */
export async function failVersion (db: Db, { client }: Sender, id: number): Promise<void> {
  const issue = issueAt(null, 'not_taken_in', 'taking it in failed unexpectedly; the log of the service says why')
  await runOwnWrite(db, client, OPERATION, async write => {
    await sql`
      update waiting_dossiers set failed = true, issues = ${JSON.stringify([issue])}::jsonb where id = ${id}`
      .execute(write.trx)
    write.ownAuditRows = NO_ROWS
    return {}
  })
}

/** Of versions that wait: this sender has sent them. */
function isOf ({ client, source, reach, national }: Sender): RawBuilder<boolean> {
  return sql`client = ${client} and source = ${source} and national = ${national} and reach is not distinct from ${reach}`
}

/** Of versions that wait: the catalogue has what they name. */
function isKnown (units: readonly NamedUnit[]): RawBuilder<boolean> {
  return sql`not failed
    and (missing_procedure is null or ${IS_KNOWN_PROCEDURE})
    and (missing_unit is null or ${isKnownUnit(units)})`
}

/** The procedure that a version waits for is there by now. */
export const IS_KNOWN_PROCEDURE = sql<boolean>`missing_procedure in (select code from procedures)`

/** The unit that a version waits for is one of some. */
export function isKnownUnit (units: readonly NamedUnit[]): RawBuilder<boolean> {
  const names = unnested({
    source: { type: 'text', of: ({ source }) => source }, name: { type: 'text', of: ({ name }) => name }
  }, units)
  return sql`(source, missing_unit) in (select known.source, known.name from ${names} as known)`
}

interface FailedVersion {
  id: number
  issues: readonly Issue[]
}

function failedOf (rows: readonly WaitingVersion[], { issues }: Ingested, national: boolean): FailedVersion[] {
  const told = national ? nationalIssue : (issue: Issue) => issue
  const isLater = ({ code }: Issue) => LATER.includes(code)
  return [...issues].filter(([, each]) => !each.some(isLater))
    .map(([index, each]) => ({ id: rows[index]!.id, issues: each.map(told) }))
}

/**
 * Says of versions why they are not taken in, in a transaction of its own: that of the chunk holds the rollups, and a
 * chunk that is sent locks rows that wait before them.
 */
async function markFailed (db: Db, client: string, failed: readonly FailedVersion[]): Promise<void> {
  await runOwnWrite(db, client, OPERATION, async write => {
    const given = unnested({
      id: { type: 'int8', of: ({ id }) => id }, issues: { type: 'jsonb', of: ({ issues }) => JSON.stringify(issues) }
    }, failed)
    await sql`
      select id from waiting_dossiers where id = any(${array('int8', failed.map(({ id }) => id))})
      order by id for update`.execute(write.trx)
    await sql`
      update waiting_dossiers as stored set failed = true, issues = given.issues
      from ${given} as given where stored.id = given.id`.execute(write.trx)
    write.ownAuditRows = NO_ROWS
    return {}
  })
}

/**
 * Forgets what is taken in. Ingest has forgotten nearly all of it, before it wrote to the rollups.
 * @returns how many versions are taken in
 */
async function forgetTaken (
  trx: Trx, rows: readonly WaitingVersion[], { issues, warnings }: Ingested, national: boolean
): Promise<number> {
  const pointerOf = national ? nationalPointer : (pointer: string) => pointer
  const taken = [...rows.keys()].filter(index => !issues.has(index))
  await sql`
    delete from waiting_dossiers where id = any(${array('int8', taken.map(index => rows[index]!.id))})`.execute(trx)
  for (const [id, ofOne] of Map.groupBy(taken, index => rows[index]!.import)) {
    const odd = warnings.first.filter(({ index }) => rows[index]!.import === id)
      .map(({ index, warning }) => ({ line: rows[index]!.line, ...warning, pointer: pointerOf(warning.pointer) }))
    await addTakenIn(trx, id, ofOne.length, { warning_count: odd.length, warnings: odd })
  }
  return taken.length
}
