import { sql, type RawBuilder } from 'kysely'
import type { Db, Trx } from '../connect.ts'

/**
 * Advisory locks, which are held until the transaction ends.
 * - `dossiers`: who writes dossiers by code shares it, and who changes them all over the table, or the units that they
 *   are checked against, has it alone. Then no chunk in flight brings more of what is being changed, and the order of
 *   the row locks does not matter. Who corrects rollups shares it as well. Take it before anything that it protects is
 *   read or locked.
 * - `desks` of a province: who adds dossiers shares it, and who takes away the first of a unit has it alone. That one
 *   looks for the next first dossier and must see all that others add, and they must see what it finds.
 * - `steps` of a client: who stores steps of its dossiers has it alone, and who ingests its dossiers and looks for
 *   their steps shares it. Then either sees what the other has stored. Take it after `dossiers`.
 * - `log` of a rollup of a province: who merges it has it alone. Nobody who adds to it waits for that.
 * - `backlog` of a province: the same for the log of its open dossiers.
 * - `waiting`: who takes a chunk of waiting dossiers in has it alone.
 * - `snapshots` of a province: who takes the snapshot of its evaluation has it alone.
 * - `values`: who writes values of indicators, or publishes a report, shares it before the instant of that is taken.
 *   Who asks what was known at an instant has it alone for a moment, and so waits for those with an earlier one.
 */
export type LockName = 'dossiers' | `desks ${string}` | `steps ${string}` | `log ${string}` | `backlog ${string}` |
  'waiting' | `snapshots ${string}` | 'values'

export async function lock (trx: Trx, name: LockName, mode: 'shared' | 'exclusive'): Promise<void> {
  const take = sql.raw(mode === 'shared' ? 'pg_advisory_xact_lock_shared' : 'pg_advisory_xact_lock')
  await sql`select ${take}(${numberOf(name)})`.execute(trx)
}

/** Waits until all are done who hold a lock now. Who asks for it meanwhile waits as well. */
export async function waitForAll (db: Db, name: LockName): Promise<void> {
  // A statement is a transaction of its own, with which the lock ends.
  await sql`select pg_advisory_xact_lock(${numberOf(name)})`.execute(db)
}

/** Takes a lock alone if that needs no waiting, as a part of a statement. It is true if the lock is taken. */
export function tryLock (name: LockName): RawBuilder<boolean> {
  return sql<boolean>`(select pg_try_advisory_xact_lock(${numberOf(name)}))`
}

function numberOf (name: LockName): RawBuilder<number> {
  return sql<number>`hashtextextended(${name}, 0)`
}
