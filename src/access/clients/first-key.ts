import { SCOPES } from '../../contract/caller.ts'
import type { Db } from '../../database/connect.ts'
import { runOwnWrite } from '../../writes/unit-of-work.ts'
import { describedClient, hasClients, issuedKey } from './queries.ts'

const CODE = 'developer'

/** The first key of an embedded database, which nobody could make otherwise; it is told once, to whoever starts it. */
export async function createDevelopmentKey (db: Db): Promise<string | null> {
  if (await hasClients(db)) return null
  const { key } = await runOwnWrite(db, 'first start', 'createDevelopmentKey', async write => {
    await describedClient(write, CODE, { name: 'Phát triển và chạy thử', scopes: [...SCOPES] })
    return issuedKey(write, CODE)
  })
  return key
}
