import fc from 'fast-check'
import { sql } from 'kysely'
import type { Db } from '../../../src/database/connect.ts'
import { failureOf } from '../../../src/database/errors.ts'
import { DomainError } from '../../../src/contract/errors.ts'
import { postProcedureDecision, withdrawProcedureDecision } from '../../../src/catalogue/procedure-decisions/commands.ts'
import { postProcedures } from '../../../src/catalogue/procedures/commands.ts'
import { nextJob, runJob } from '../../../src/dossiers/corrections/commands.ts'
import { rebuildRollups } from '../../../src/dossiers/rollups/rebuild.ts'
import { dayIn } from '../../../src/time/business-day-sql.ts'
import { runOwnWrite } from '../../../src/writes/unit-of-work.ts'
import type { Write } from '../../../src/writes/write.ts'
import { forEachDatabase } from '../../database.ts'
import { runs } from '../../property.ts'
import { forget, item, send } from '../given.ts'

const BATCH = { mode: 'atomic', dry_run: false } as const
const CODES = ['9.1', '9.2']
const procedures = fc.constantFrom(...CODES)
const fields = fc.constantFrom('land', 'justice', 'construction')
const days = fc.integer({ min: 1, max: 9 }).map(day => `2021-05-0${day}`)

const sent = fc.array(fc.record({
  code: fc.constantFrom('a', 'b', 'c', 'd'), procedure: procedures, day: days, unit: fc.constantFrom('H56-380', 'H56-381'),
  fate: fc.constantFrom('kept', 'kept', 'kept', 'deleted', 'restored')
}), { minLength: 1, maxLength: 4 })
const steps = fc.oneof(
  fc.record({ kind: fc.constant('sent' as const), sent }),
  fc.record({ kind: fc.constant('decided' as const), procedure: procedures, field: fields, day: days }),
  fc.record({ kind: fc.constant('corrected' as const), procedure: procedures, field: fields }),
  fc.record({ kind: fc.constant('withdrawn' as const) }),
  fc.record({ kind: fc.constant('moved' as const), sent })
)
type Sent = typeof sent extends fc.Arbitrary<infer S> ? S : never
type Step = typeof steps extends fc.Arbitrary<infer S> ? S : never

const procedure = (code: string, field: string) => (
  { code, name: 'Thủ tục thử', field, level: 'district', interlinked: 'none', valid_from: '2021-01-01' })

function inWrite<T extends object> (db: Db, work: (write: Write) => Promise<T>): Promise<T> {
  return runOwnWrite(db, 'tests', 'tests', work)
}

/** What the database is too busy for is tried again, as a client and the service do. */
async function persistently<T> (work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (failureOf(error as Error) === undefined) throw error
    return persistently(work)
  }
}

async function runJobs (db: Db) {
  for (let job = await nextJob(db); job !== undefined; job = await nextJob(db)) await runJob(db, job, async () => {})
}

async function take (db: Db, step: Step, n: number): Promise<void> {
  const at = (i: number) => new Date(Date.parse('2021-06-01T01:00:00Z') + (n * 10 + i) * 7_200_000).toISOString()
  const items = (all: Sent) => all.map(({ code, procedure, day, unit, fate }, i) => item({
    code, procedure, unit, received_at: `${day}T08:00:00+07:00`, due_at: null, updated_at: at(i),
    ...fate === 'deleted' ? { deleted: true } : fate === 'restored' ? { deleted: false } : {}
  }))
  if (step.kind === 'sent') await send(db, items(step.sent))
  else if (step.kind === 'moved') {
    const sending = items(step.sent).map(one => persistently(() => send(db, [one])))
    await Promise.all([persistently(() => runJobs(db)), ...sending])
  } else if (step.kind === 'corrected') {
    await inWrite(db, write => (
      postProcedures(write, [{ ...procedure(step.procedure, step.field), correction: true }], BATCH)))
  } else if (step.kind === 'decided') {
    const { procedure: code, field, day } = step
    await inWrite(db, write => (
      postProcedureDecision(write, { effective_on: day, document: { number: String(n), date: '2020-12-01', issuer: 'x' }, amended: [{ code, field }] }, BATCH)))
  } else {
    const { rows } = await sql<{ id: number }>`
      select id from procedure_decisions where withdrawn_by is null
      order by effective_on desc, id desc limit 1`.execute(db)
    for (const { id } of rows) await inWrite(db, write => withdrawProcedureDecision(write, id))
  }
}

/** Dossiers, and what they were, in other fields than their procedures had on the days on which they were received. */
async function elsewhere (db: Db) {
  const { rows } = await sql`
    select rows.*, version.field as meant from (
      select code, procedure, field, received_at from dossiers union all
      select code, procedure, field, received_at from dossier_states union all
      select code, procedure, field, received_at from dossier_versions) as rows
    join lateral (
      select field from procedure_versions as version where version.procedure = rows.procedure
        and (valid_from <= ${dayIn('received_at')} or valid_from = (
          select min(valid_from) from procedure_versions as first where first.procedure = rows.procedure))
      order by valid_from desc
      limit 1) as version on rows.field <> version.field`.execute(db)
  return rows
}

forEachDatabase('dossiers that come while the fields of their procedures change', async (t, { app, db }) => {
  await app.ready()

  t.test('are all in the fields of the days on which they were received, once the jobs are done', async () => {
    await fc.assert(fc.asyncProperty(fc.array(steps, { minLength: 3, maxLength: 14 }), async all => {
      await forget(db)
      for (const table of ['procedure_corrections', 'procedure_decisions'] as const) {
        await sql`delete from procedure_changes where procedure = any(${CODES})`.execute(db)
        await sql`delete from procedure_versions where procedure = any(${CODES})`.execute(db)
        await sql`delete from ${sql.table(table)}`.execute(db)
      }
      await sql`delete from procedures where code = any(${CODES})`.execute(db)
      await inWrite(db, write => postProcedures(write, CODES.map(code => procedure(code, 'land')), BATCH))
      for (const [n, step] of all.entries()) {
        try {
          await take(db, step, n)
        } catch (error) {
          if (!(error instanceof DomainError)) throw error
        }
      }
      await runJobs(db)
      const [wrong, deviations] = [await elsewhere(db), await rebuildRollups(db)]
      if (wrong.length + deviations.length > 0) throw new Error(JSON.stringify({ wrong, deviations }, null, 1))
    }), { numRuns: runs(30) })
  })
})
