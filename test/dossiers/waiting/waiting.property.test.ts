import fc from 'fast-check'
import { DELETED } from '../../../src/dossiers/rules/status.ts'
import type { Db } from '../../../src/database/connect.ts'
import { rebuildRollups } from '../../../src/dossiers/rollups/rebuild.ts'
import { forEachDatabase } from '../../database.ts'
import { runs } from '../../property.ts'
import { formerStates, item, storedDossiers } from '../given.ts'
import { ALIAS, beginAgain, CODES, keeping, postCode, PROCEDURES, takeAllIn, waiting } from './given.ts'

interface Named {
  unit: string
  procedure: string
  /** Where it is for some time. */
  other: string
}

/** What dossiers name. */
const DOSSIERS: Record<string, Named> = {
  a: { unit: 'H56-380', procedure: '9.1', other: 'H56-381' }, b: { unit: 'H56-380', procedure: '9.2', other: 'H56-381' },
  c: { unit: ALIAS, procedure: '1.001612', other: ALIAS }, d: { unit: ALIAS, procedure: '9.1', other: ALIAS },
  e: { unit: 'H56-380', procedure: '1.001612', other: 'H56-381' },
  f: { unit: 'H56-380', procedure: '1.001612', other: ALIAS }, g: { unit: ALIAS, procedure: '1.001612', other: 'H56-380' },
  h: { unit: 'H56-380', procedure: '9.1', other: ALIAS }
}
/** Some versions of these wait and others do not, and what waited for long leaves no trace in their history. */
const WAIT_AT_TIMES = ['f', 'g', 'h']

const LAST = 11
const versions = fc.record({
  code: fc.constantFrom(...Object.keys(DOSSIERS)), hour: fc.integer({ min: 8, max: LAST }), other: fc.boolean(),
  fate: fc.constantFrom('open', 'open', 'ended', 'restored', 'corrected', 'deleted')
})
const steps = fc.oneof(
  { weight: 3, arbitrary: fc.record({ sent: fc.array(versions, { minLength: 1, maxLength: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ posted: fc.constantFrom(...CODES) }) }
)
type Version = typeof versions extends fc.Arbitrary<infer V> ? V : never

function itemOf ({ code, hour, other, fate }: Version) {
  // What takes a deletion back may be as old as what was deleted, which is not stored where both came along.
  const lastHour = fate === 'restored' ? LAST : hour
  const at = `2021-06-01T${String(lastHour).padStart(2, '0')}:00:00+07:00`
  const { procedure, ...places } = DOSSIERS[code]!
  const where = other ? places.other : places.unit
  const common = item({ code, unit: where, procedure, updated_at: at, due_at: null })
  // Where a unit is known, a deletion needs no waiting: what it deletes may not be there yet, and leaves no history.
  const isOfWaiting = PROCEDURES.includes(procedure) && where !== ALIAS
  if (fate === 'deleted' && !isOfWaiting) return { code, unit: where, updated_at: at, deleted: true }
  if (fate === 'ended') return { ...common, status: 10, finished_at: at }
  if (fate === 'restored') return { ...common, deleted: false }
  return fate === 'corrected' ? { ...common, correction: true } : common
}

async function contents (db: Db) {
  // Of a deletion that comes along with what it deletes it is not stored when that was.
  const without = (rows: { status: number }[]) => rows.map(row => (
    Object.fromEntries(Object.entries(row).filter(([name]) => (
      name !== 'write' && (row.status !== DELETED || name !== 'received_at'))))))
  const waitsAtTimes = ({ code }: { code: string }) => WAIT_AT_TIMES.includes(code)
  const { true: some = [], false: dossiers = [] } = Object.groupBy(await storedDossiers(db), row => `${waitsAtTimes(row)}`)
  return JSON.stringify({
    dossiers: without(dossiers), states: without((await formerStates(db)).filter(row => !waitsAtTimes(row))),
    some: some.filter(({ status }) => status !== DELETED)
      .map(({ code, unit, status, updated_at: at }) => [code, unit, status, at]),
    waiting: await waiting(db), deviations: await rebuildRollups(db)
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
