import { sql } from 'kysely'
import { connect, type Connection } from './connect.ts'
import { startEmbedded } from './embedded/embedded.ts'

interface OpenOptions {
  DATABASE_URL?: string
  DATA_DIR: string
  POOL_SIZE: number
  ALLOW_UNSAFE_DURABILITY: boolean
}

const OLDEST_VERSION = 15

/**
 * Opens the server that `DATABASE_URL` names, or else the embedded database.
 * @param hurried see ConnectOptions
 * @throws Error with one clear line, when it cannot be reached, is too old, or would lose what it acknowledged
 */
export async function openDatabase (
  options: OpenOptions, onLost: (error: Error) => void, hurried?: boolean
): Promise<Connection> {
  const { DATABASE_URL: url, DATA_DIR, POOL_SIZE: max } = options
  if (url === undefined) {
    const embedded = await startEmbedded(DATA_DIR)
    const connection = connect(embedded.address, { max, onLost })
    return { ...connection, close: async () => { await connection.close(); await embedded.close() } }
  }
  const connection = connect({ connectionString: url }, { max, onLost, hurried })
  try {
    await refuseUnfit(connection, options.ALLOW_UNSAFE_DURABILITY)
    return connection
  } catch (error) {
    await connection.close()
    throw error
  }
}

async function refuseUnfit ({ db }: Connection, allowUnsafe: boolean): Promise<void> {
  const { rows: [settings] } = await sql<{ version: number, fsync: string, full_page_writes: string }>`
    select current_setting('server_version_num')::int / 10000 as version,
      current_setting('fsync') as fsync, current_setting('full_page_writes') as full_page_writes`
    .execute(db)
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
