// npm run setup: adds a province with its communes of today, what it reports about, and the key of its administrator.
import { parseArgs } from 'node:util'
import { administratorCode, createAdministratorKey } from '../../access/clients/first-key.ts'
import { administratorOf, type Administrator } from '../../access/clients/queries.ts'
import { databaseOf, readConfig, type Config } from '../../config.ts'
import { SCOPES } from '../../contract/caller.ts'
import { migrateConfigured } from '../../database/migrations/migrate.ts'
import { openDatabase } from '../../database/open.ts'
import { runOwnWrite } from '../../writes/unit-of-work.ts'
import { hasSampleCatalogue } from '../load.ts'
import { loadProvince, type Added } from './load.ts'
import { provinceNamed, type Division } from './provinces.ts'
import { SINCE } from './units.ts'

const USAGE = 'npm run setup -- --province <name or statistical code> --code <H01 … H63> [--dry-run]'
const NATIONAL_IDENTIFIER = /^H(0[1-9]|[1-5]\d|6[0-3])$/

interface Asked {
  province: Division
  /** The national identifier of the province. */
  code: string
  dryRun: boolean
}

type Terminal = Pick<Console, 'log' | 'error'>
type Say = (text: string) => void

if (import.meta.main) process.exitCode = await main(process.argv.slice(2), process.env, console)

/** @returns the exit code */
export async function main (args: string[], environment: NodeJS.ProcessEnv, terminal: Terminal): Promise<number> {
  const say = (text: string) => { terminal.log(text) }
  const complain = (error: Error) => { terminal.error(error.message) }
  try {
    await setUp(asked(args), readConfig(environment), say, complain)
    return 0
  } catch (error) {
    complain(error as Error)
    return 1
  }
}

function asked (args: string[]): Asked {
  const { values: { province, code, 'dry-run': dryRun } } = parseArgs({
    args,
    options: { province: { type: 'string' }, code: { type: 'string' }, 'dry-run': { type: 'boolean', default: false } }
  })
  if (province === undefined || code === undefined) throw new Error(USAGE)
  if (!NATIONAL_IDENTIFIER.test(code)) throw new Error(`${code} is not a national identifier of a province, from H01 to H63`)
  return { province: provinceNamed(province), code, dryRun }
}

async function setUp (asked: Asked, config: Config, say: Say, complain: (error: Error) => void) {
  const database = databaseOf(config)
  const connection = await openDatabase(database, { onLost: complain })
  try {
    const { db } = connection
    await migrateConfigured(db, database, complain)
    const { province, code, dryRun } = asked
    const done = await runOwnWrite(db, 'command line', 'setup', async write => ({
      added: await loadProvince(write.trx, province, code),
      administrator: await createAdministratorKey(write, { code, name: province.name })
    }), { dryRun })
    report(say, asked, done.added)
    if (await hasSampleCatalogue(db)) say('this database holds the sample of Thanh Hóa of 2021 as well')
    if (done.administrator !== null) reportKey(say, asked, done.administrator)
    else reportLocked(say, asked, (await administratorOf(db, code, administratorCode(code)))!)
    if (!dryRun) say(`next: npm start, then http://127.0.0.1:${config.PORT}/docs; README.md, "Set up your province", goes on from here`)
  } finally {
    await connection.close()
  }
}

function report (say: Say, { province, code, dryRun }: Asked, added: Added) {
  const counts = Object.entries(added).filter(([, count]) => count > 0)
  if (counts.length === 0) {
    say(`unchanged: ${province.name} is set up as ${code}`)
    return
  }
  say(`${dryRun ? 'would add' : 'added'} ${province.name} as ${code}:`)
  for (const [table, count] of counts) say(`  ${table}: ${count}`)
  say(`units are the province and its communes since ${SINCE}: names and statistical codes of Decision ` +
    '19/2025/QĐ-TTg, from vietnamadminunits and vietnamese-provinces-database (MIT)')
  say('not included: departments and procedures, which are posted')
}

function reportKey (say: Say, { code, dryRun }: Asked, { client, key }: { client: string, key: string | null }) {
  const whose = `the administrator ${client}, for ${code} and all units below it`
  say(dryRun ? `would make a key of ${whose}` : `the key of ${whose}, shown this once: ${key}`)
}

/** Nobody can administer the province with a key that is revoked, or of a client that has expired. */
function reportLocked (say: Say, { province, code: unit }: Asked, administrator: Administrator) {
  const { code, in_force: inForce, has_key: hasKey } = administrator
  if (!inForce) {
    say(`the client ${code} has expired or does not administer ${unit}; make it the administrator, with a new key: ` +
      `npm run client -- create --code ${code} --name "Quản trị ${province.name}" --unit ${unit} --scopes ${SCOPES.join()}`)
  } else if (!hasKey) {
    say(`the administrator ${code} has no key that is valid; make one: npm run client -- key ${code}`)
  }
}
