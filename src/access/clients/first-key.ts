import { SCOPES } from '../../contract/caller.ts'
import type { Db } from '../../database/connect.ts'
import { runOwnWrite } from '../../writes/unit-of-work.ts'
import type { Write } from '../../writes/write.ts'
import { createClientKey, putClient } from './commands.ts'
import { administratorOf, hasClients } from './queries.ts'
import type { NewClientKey } from './schema.ts'

const CODE = 'developer'

/** The first key of an embedded database; null where there is one. Without it no request could make any. */
export async function createFirstKey (db: Db): Promise<NewClientKey | null> {
  if (await hasClients(db)) return null
  return runOwnWrite(db, 'first start', 'createDevelopmentKey', async write => {
    await putClient(write, CODE, { name: 'Phát triển và chạy thử', scopes: [...SCOPES] }, 0)
    return createClientKey(write, CODE, 0)
  })
}

/**
 * The first key of the administrator of a unit, for this unit and everything below it; null where there is one.
 * @throws DomainError `precondition_failed`, `invalid_rows`
 */
export async function createAdministratorKey (
  write: Write, { code, name }: { code: string, name: string }
): Promise<NewClientKey | null> {
  const client = administratorCode(code)
  if (await administratorOf(write.trx, code, client) !== undefined) return null
  await putClient(write, client, { name: `Quản trị ${name}`, scopes: [...SCOPES], unit: code }, 0)
  return createClientKey(write, client, 0)
}

/** The code that the administrator of a unit gets. */
export function administratorCode (unit: string): string {
  return `admin-${unit.toLowerCase()}`
}
