import { sql } from 'kysely'
import type { Db } from '../../../src/database/connect.ts'
import { forEachDatabase } from '../../database.ts'
import { formerStates, item, storedDossiers } from '../given.ts'
import { ALIAS, beginAgain, CODES, keeping, postCode, takeAllIn, waiting } from './given.ts'

const at = (hour: number) => `2021-06-01T${String(hour).padStart(2, '0')}:00:00+07:00`
const PLACE = { code: 'd', unit: ALIAS, procedure: '1.001612' }
// Versions, by their hours.
const plain = (hour: number, given = {}) => item({ ...PLACE, updated_at: at(hour), ...given })
const deletion = (hour: number) => ({ code: 'd', unit: ALIAS, updated_at: at(hour), deleted: true })
const restored = (hour: number, given = {}) => plain(hour, { deleted: false, ...given })
const correction = (hour: number, given = {}) => plain(hour, { correction: true, ...given })
/** Needs not wait. */
const known = (hour: number, given = {}) => plain(hour, { unit: 'H56-381', ...given })
/** Waits for a procedure. */
const other = (hour: number, given = {}) => plain(hour, { unit: 'H56-380', procedure: '9.1', ...given })
const [ONLINE, POSTAL] = [{ channel: 'online' }, { channel: 'postal' }] as const

const REQUESTS: object[][][] = [
  [[plain(9)], [deletion(9)], [plain(9)]],
  [[plain(9)], [deletion(9), plain(9)]],
  [[plain(9), deletion(9), restored(9), deletion(9)]],
  [[restored(9)], [deletion(9)]],
  [[restored(9)], [plain(9, ONLINE)]],
  [[deletion(9)], [restored(9)], [deletion(9)]],
  [[plain(8)], [deletion(10)], [restored(9)], [plain(10)]],
  [[plain(9)], [deletion(9)], [restored(9)], [plain(9, ONLINE)], [plain(9, POSTAL)]],
  [[deletion(9)], [restored(9), plain(10, ONLINE)]],
  [[plain(8), deletion(10), restored(9), plain(10, ONLINE)]],
  [[plain(8)], [plain(11)], [deletion(11)], [restored(10)]],
  [[plain(8)], [correction(11)], [deletion(11)], [restored(10)]],
  [[plain(8)], [deletion(12)], [restored(9)], [plain(10, ONLINE)]],
  [[plain(8)], [deletion(12)], [restored(9)], [deletion(10)]],
  [[plain(8)], [deletion(11)], [restored(10)], [deletion(11)]],
  [[known(8)], [deletion(10)], [known(9, { deleted: false })]],
  [[known(8)], [deletion(10)], [known(9, { deleted: false })], [known(9, ONLINE)]],
  [[plain(9)], [deletion(9)], [other(9, { deleted: false })], [plain(9, ONLINE)]],
  [[plain(9)], [deletion(9)], [known(9)]],
  [[deletion(9), known(9)]],
  [[deletion(9), known(9, { deleted: false })]],
  [[plain(9)], [deletion(9)], [restored(9)], [known(9)]],
  [[plain(8)], [deletion(10)], [restored(9)], [known(10)]],
  [[plain(9)], [correction(9), plain(9, ONLINE)], [plain(9, ONLINE)]],
  [[other(9)], [other(9, { unit: 'H56-381', correction: true }), other(9)], [other(9)]],
  [[other(9)], [plain(9, ONLINE)]],
  [[other(9)], [correction(9)]],
  [[other(9)], [deletion(9)], [restored(9)]]
]

async function shown (db: Db) {
  const dossiers = await storedDossiers(db)
  const present = dossiers.map(({ unit, status, channel, procedure }) => ({ unit, status, channel, procedure }))
  return { present, former: await formerStates(db) }
}

forEachDatabase('versions of one time', async (t, { app, db }) => {
  await app.ready()

  for (const requests of REQUESTS) {
    t.test(`end as if they had not waited: ${JSON.stringify(requests.map(named))}`, async t => {
      await beginAgain(db)
      for (const code of CODES) await postCode(db, code)
      for (const items of requests) await keeping(db, items)
      const meant = await shown(db)
      await beginAgain(db)
      for (const items of requests) await keeping(db, items)
      for (const code of CODES) {
        await postCode(db, code)
        await takeAllIn(db)
      }
      t.same(await shown(db), meant)
      t.same(await waiting(db), [])
    })
  }

  t.test('that wait are few, however often and in whatever lists they come', async t => {
    await beginAgain(db)
    for (const items of [
      [plain(9), plain(9, ONLINE)], [deletion(9), deletion(9)], [correction(9), plain(9, ONLINE)],
      [restored(9), plain(9, ONLINE)], [plain(9), deletion(9)], [deletion(9), plain(9)]
    ]) {
      for (let sent = 0; sent < 5; sent++) await keeping(db, items)
      t.ok((await waiting(db)).length <= 2, JSON.stringify(named(items)))
      await sql`delete from waiting_dossiers`.execute(db)
    }
    for (let hour = 10; hour < 20; hour++) await keeping(db, [restored(9, { correction: false, due_at: at(hour) })])
    t.same(await waiting(db), ['d', 'd'])
  })
})

/** What a request holds, for the name of a test. */
function named (items: readonly object[]): string {
  return items.map(sent => {
    const { deleted, correction, unit } = sent as { deleted?: boolean, correction?: boolean, unit: string }
    const kind = deleted === true ? 'deletion' : deleted === false ? 'restored' : correction === true ? 'correction' : 'plain'
    return unit === ALIAS ? kind : `${kind} of ${unit}`
  }).join(' and ')
}
