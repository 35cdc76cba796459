import { sql } from 'kysely'
import { connect } from '../src/database/connect.ts'
import type { Service } from './database.ts'

/**
 * Makes the database refuse writes, as a standby does, or the former primary after a failover.
 * @returns what makes new connections writable again: those that are open still lead to the read-only server
 */
export async function turnReadOnly ({ db, address }: Pick<Service, 'db' | 'address'>): Promise<() => Promise<void>> {
  if (!('connectionString' in address)) {
    await sql`set default_transaction_read_only = on`.execute(db)
    return async () => { await sql`set default_transaction_read_only = off`.execute(db) }
  }
  const { rows: [current] } = await sql<{ name: string }>`select current_database() as name`.execute(db)
  const database = sql.id(current!.name)
  const operate = async (...statements: ReturnType<typeof sql>[]) => {
    const { db, close } = connect(address, { max: 1, onLost: () => {} })
    await sql`set default_transaction_read_only = off`.execute(db)
    for (const statement of statements) await statement.execute(db)
    await close()
  }
  await operate(sql`alter database ${database} set default_transaction_read_only = on`, sql`
    select pg_terminate_backend(pid) from pg_stat_activity where datname = ${current!.name} and pid <> pg_backend_pid()`)
  return () => operate(sql`alter database ${database} reset default_transaction_read_only`)
}
