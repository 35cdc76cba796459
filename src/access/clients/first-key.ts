import { SCOPES } from '../../contract/caller.ts'
import type { Db } from '../../database/connect.ts'
import { runOwnWrite } from '../../writes/unit-of-work.ts'
import { putClient, hasClients, createClientKey } from './queries.ts'

const CODE = 'developer'

/** The first key of an embedded database, which nobody could make otherwise; it is told once, to whoever starts it. */
export async function createFirstKey (db: Db): Promise<string | null> {
  if (await hasClients(db)) return null
  const { key } = await runOwnWrite(db, 'first start', 'createDevelopmentKey', async write => {
    await putClient(write, CODE, { name: 'Phát triển và chạy thử', scopes: [...SCOPES] })
    return createClientKey(write, CODE)
  })
  return key
}
