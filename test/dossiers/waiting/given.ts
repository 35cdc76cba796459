import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Db } from '../../../src/database/connect.ts'
import { knownUnits, nextSender, takeInChunk } from '../../../src/dossiers/waiting/take-in.ts'
import type { IngestContext } from '../../../src/dossiers/ingest/validate.ts'
import { postProcedures } from '../../../src/catalogue/procedures/commands.ts'
import { runOwnWrite } from '../../../src/writes/unit-of-work.ts'
import { forget, send } from '../given.ts'

export const PROCEDURE = {
  code: '9.1', name: 'Thủ tục mới', field: 'land', level: 'district', interlinked: 'none', valid_from: '2021-01-01'
}
export const UNIT = {
  code: 'H56-NEW', name: 'Huyện mới', kind: 'district', level: 'district', parent: 'H56', reports_dossiers: true,
  valid_from: '2021-01-01'
}

/** Codes that are unknown at first. */
export const PROCEDURES = ['9.1', '9.2']
/** Of the district H56-381. */
export const ALIAS = 'N1'
export const CODES = [...PROCEDURES, ALIAS]

/** As sent with `unknown_codes=keep` by a key for all units. */
export function keeping (db: Db, items: unknown[], context: Partial<IngestContext> = {}) {
  const keep = { import: 1, client: 'tests', province: '', lineOf: (index: number) => index + 1 }
  return send(db, items, { keep, ...context })
}

/** The codes that wait, in the order in which they came. */
export async function waiting (db: Db) {
  const { rows } = await sql<{ code: string, failed: boolean }>`
    select code, failed from waiting_dossiers order by id`.execute(db)
  return rows.map(({ code, failed }) => failed ? `${code} failed` : code)
}

/** Returns when only these wait. */
export async function takenIn (db: Db, left: readonly string[] = []) {
  for (let tries = 0; (await waiting(db)).join() !== left.join(); tries++) {
    if (tries > 1_000) throw new Error(`there wait ${(await waiting(db)).join()}, not ${left.join()}`)
    await sleep(20)
  }
}

export async function takeAllIn (db: Db) {
  const units = await knownUnits(db)
  for (let next = await nextSender(db, units); next !== undefined; next = await nextSender(db, units)) {
    await takeInChunk(db, next, units)
  }
}

/** Makes one of the codes known. */
export async function postCode (db: Db, code: string) {
  if (code === ALIAS) {
    await sql`insert into unit_aliases (source, external_code, unit) values ('one-stop', ${ALIAS}, 'H56-381')
      on conflict do nothing`.execute(db)
  } else {
    await runOwnWrite(db, 'tests', 'postProcedures', write => (
      postProcedures(write, [{ ...PROCEDURE, code }], { mode: 'atomic', dry_run: false })))
  }
}

/** Forgets all dossiers and these codes. */
export async function beginAgain (db: Db) {
  await forget(db)
  await sql`delete from waiting_dossiers`.execute(db)
  await sql`delete from unit_aliases where external_code = ${ALIAS}`.execute(db)
  await sql`delete from procedure_changes where procedure = any(${PROCEDURES})`.execute(db)
  await sql`delete from procedure_versions where procedure = any(${PROCEDURES})`.execute(db)
  await sql`delete from procedures where code = any(${PROCEDURES})`.execute(db)
}
