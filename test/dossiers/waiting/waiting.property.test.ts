import fc from 'fast-check'
import { sql } from 'kysely'
import { postProcedures } from '../../../src/catalogue/procedures/commands.ts'
import { DELETED } from '../../../src/dossiers/rules/status.ts'
import type { Db } from '../../../src/database/connect.ts'
import { rebuildRollups } from '../../../src/dossiers/rollups/rebuild.ts'
import { runOwnWrite } from '../../../src/writes/unit-of-work.ts'
import { forEachDatabase } from '../../database.ts'
import { runs } from '../../property.ts'
import { forget, formerStates, item, storedDossiers } from '../given.ts'
import { keeping, PROCEDURE, takeAllIn, waiting } from './given.ts'

const PROCEDURES = ['9.1', '9.2']
const ALIAS = 'N1'
const CODES = [...PROCEDURES, ALIAS]

/** What a dossier names, which stays as it is. */
const DOSSIERS: Record<string, { unit: string, procedure: string }> = {
  a: { unit: 'H56-380', procedure: '9.1' }, b: { unit: 'H56-380', procedure: '9.2' }, c: { unit: ALIAS, procedure: '1.001612' },
  d: { unit: ALIAS, procedure: '9.1' }, e: { unit: 'H56-380', procedure: '1.001612' }
}

const versions = fc.record({
  code: fc.constantFrom(...Object.keys(DOSSIERS)), hour: fc.integer({ min: 8, max: 15 }), other: fc.boolean(),
  fate: fc.constantFrom('open', 'open', 'ended', 'reopened', 'corrected', 'deleted')
})
const steps = fc.oneof(
  { weight: 3, arbitrary: fc.record({ sent: fc.array(versions, { minLength: 1, maxLength: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ posted: fc.constantFrom(...CODES) }) }
)
type Version = typeof versions extends fc.Arbitrary<infer V> ? V : never

/** Where a unit is known, a deletion needs no waiting: what it deletes is then not there, and is not in the history. */
function itemOf ({ code, hour, other, fate }: Version) {
  const at = `2021-06-01T${String(hour).padStart(2, '0')}:00:00+07:00`
  const { unit, procedure } = DOSSIERS[code]!
  // A dossier may be with another unit for some time, which is known.
  const where = other && unit !== ALIAS ? 'H56-381' : unit
  const common = item({ code, unit: where, procedure, updated_at: at, due_at: null })
  if (fate === 'deleted' && unit === ALIAS) return { code, unit, updated_at: at, deleted: true }
  if (fate === 'ended') return { ...common, status: 10, finished_at: at }
  return fate === 'corrected' ? { ...common, correction: true } : common
}

async function postCode (db: Db, code: string) {
  if (code === ALIAS) {
    await sql`insert into unit_aliases (source, external_code, unit) values ('one-stop', ${ALIAS}, 'H56-381')
      on conflict do nothing`.execute(db)
  } else {
    await runOwnWrite(db, 'tests', 'postProcedures', write => (
      postProcedures(write, [{ ...PROCEDURE, code }], { mode: 'atomic', dry_run: false })))
  }
}

async function beginAgain (db: Db) {
  await forget(db)
  await sql`delete from waiting_dossiers`.execute(db)
  await sql`delete from unit_aliases where external_code = ${ALIAS}`.execute(db)
  await sql`delete from procedure_changes where procedure = any(${PROCEDURES})`.execute(db)
  await sql`delete from procedure_versions where procedure = any(${PROCEDURES})`.execute(db)
  await sql`delete from procedures where code = any(${PROCEDURES})`.execute(db)
}

async function contents (db: Db) {
  // Of a deletion that comes along with what it deletes it is not stored when that was.
  const without = (rows: { status: number }[]) => rows.map(row => (
    Object.fromEntries(Object.entries(row).filter(([name]) => (
      name !== 'write' && (row.status !== DELETED || name !== 'received_at'))))))
  return JSON.stringify({
    dossiers: without(await storedDossiers(db)), states: without(await formerStates(db)), waiting: await waiting(db),
    deviations: await rebuildRollups(db)
  }, null, 1)
}

forEachDatabase('dossiers sent in any order, with codes that are posted at any time', async (t, { app, db }) => {
  await app.ready()

  t.test('end in the same rows as if the codes had been there from the beginning', async () => {
    await fc.assert(fc.asyncProperty(fc.array(steps, { minLength: 4, maxLength: 14 }), async all => {
      await beginAgain(db)
      for (const code of CODES) await postCode(db, code)
      for (const step of all) if ('sent' in step) await keeping(db, step.sent.map(itemOf))
      const meant = await contents(db)
      await beginAgain(db)
      for (const step of [...all, ...CODES.map(posted => ({ posted }))]) {
        if ('sent' in step) await keeping(db, step.sent.map(itemOf))
        else {
          await postCode(db, step.posted)
          await takeAllIn(db)
        }
      }
      const got = await contents(db)
      if (got !== meant) throw new Error(`${got}\n instead of\n${meant}`)
    }), { numRuns: runs(20) })
  })
})
