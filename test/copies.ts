// Copies of the template, on the kind of database that this run of the tests is on.
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import type { Test } from 'tap'
import type { Address } from '../src/database/connect.ts'
import { openCopy, settingsFor } from './embedded.ts'
import { addressOf, SERVER, TEMPLATE_NAME } from './template.ts'

/** Whether this run of the tests is on the embedded database, where what is tried at random is tried less often. */
export const EMBEDDED = SERVER === undefined

/** A database of its own with the catalogue and the sample data. */
export function copyDatabase (t: Test): Promise<Address> {
  return EMBEDDED ? copyEmbedded(t) : copyOnServer(t)
}

/**
 * What configures a process for such a database, which this process serves: a start takes a third of the time that it
 * needs to open an embedded database of its own. One connection at a time may use it.
 */
export async function configureCopy (t: Test): Promise<{ address: Address, settings: Record<string, string> }> {
  const address = await copyDatabase(t)
  return { address, settings: settingsFor(address) }
}

/** The tests of this process open theirs in one thread. */
export async function copyEmbedded (t: Test): Promise<Address> {
  const { address, close } = await openCopy()
  // After the teardown of what uses it.
  t.teardown(close)
  return address
}

/** One for all copies of this process, which it does not keep from ending. */
const maintenance = new pg.Pool({
  connectionString: SERVER ?? '', max: 1, allowExitOnIdle: true, connectionTimeoutMillis: 30_000
}).on('error', () => {})

async function copyOnServer (t: Test): Promise<Address> {
  const name = `cchc_test_${randomBytes(6).toString('hex')}`
  // Copied as files, in a third of the time that the log of all pages takes.
  await maintenance.query(`create database ${name} template ${TEMPLATE_NAME} strategy file_copy`)
  t.teardown(() => maintenance.query(`drop database ${name} with (force)`))
  return addressOf(name)
}
