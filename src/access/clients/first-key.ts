import { SCOPES } from '../../contract/caller.ts'
import type { Db } from '../../database/connect.ts'
import { runOwnWrite } from '../../writes/unit-of-work.ts'
import { createClientKey, putClient } from './commands.ts'
import { hasClients } from './queries.ts'
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
