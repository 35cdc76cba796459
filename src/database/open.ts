import { sql } from 'kysely'
import { connect, type Connection, type ConnectOptions } from './connect.ts'
import { startEmbedded } from './embedded/embedded.ts'
import { withRetries } from './retry.ts'

export interface DatabaseOptions {
  /** Of a server; left out: the embedded database. */
  url?: string | undefined
  /** Folder of the embedded database. */
  dataDir: string
  poolSize: number
  /** Whether to use a server that may lose what it acknowledged. */
  allowUnsafeDurability: boolean
}

const OLDEST_VERSION = 15

/** Milliseconds between tries to reach a server, which may start at the same moment: about five seconds in all. */
const PAUSES = [200, 400, 800, 1_200, 1_200]

/**
 * Opens the server that the options name, or otherwise the embedded database.
 * @throws Error with one clear line, when it cannot be reached, is too old, or would lose what it acknowledged
 */
export async function openDatabase (
  { url, dataDir, poolSize: max, allowUnsafeDurability }: DatabaseOptions,
  { onLost, timeLimits }: Omit<ConnectOptions, 'max'>
): Promise<Connection> {
  if (url === undefined) {
    const embedded = await startEmbedded(dataDir)
    const connection = connect(embedded.address, { max, onLost })
    return { ...connection, close: async () => { await connection.close(); await embedded.close() } }
  }
  const connection = connect({ connectionString: url }, { max, onLost, timeLimits })
  try {
    await refuseUnfit(connection, allowUnsafeDurability)
    return connection
  } catch (error) {
    await connection.close()
    throw error
  }
}

async function refuseUnfit ({ db }: Connection, allowUnsafe: boolean): Promise<void> {
  const asked = sql<{ version: number, fsync: string, full_page_writes: string }>`
    select current_setting('server_version_num')::int / 10000 as version,
      current_setting('fsync') as fsync, current_setting('full_page_writes') as full_page_writes`
  const { rows: [settings] } = await withRetries(() => asked.execute(db), PAUSES)
    .catch((error: Error) => { throw new Error(`the database cannot be reached: ${reasonOf(error)}`) })
  const { version, fsync, full_page_writes: fullPageWrites } = settings!
  if (version < OLDEST_VERSION) throw new Error(`the database is PostgreSQL ${version}; ${OLDEST_VERSION} or later is needed`)
  if ((fsync === 'off' || fullPageWrites === 'off') && !allowUnsafe) {
    throw new Error('the database runs with fsync or full_page_writes off and would lose acknowledged rows; ' +
      'ALLOW_UNSAFE_DURABILITY=true runs all the same')
  }
}

/** A refused connection to a name with two addresses comes as several errors in one. */
function reasonOf (error: Error): string {
  return error instanceof AggregateError ? error.errors.map(({ message }: Error) => message).join(', ') : error.message
}
