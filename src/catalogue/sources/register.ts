import { auditRowsOf } from '../../writes/changes.ts'
import type { Write } from '../../writes/write.ts'

/** Of a source that has not been described yet. */
const DEFAULT_PRECEDENCE = 100

/** Adds the sources that are new. */
export async function registerSources ({ trx, auditRows }: Write, codes: string[]): Promise<void> {
  const sources = codes.map(code => ({ code, name: code, precedence: DEFAULT_PRECEDENCE, synthetic: false }))
  const taken = await trx.insertInto('sources').values(sources).onConflict(conflict => conflict.doNothing())
    .returningAll().execute()
  const changes = taken.map(after => ({ outcome: 'created' as const, before: null, after }))
  auditRows.push(...auditRowsOf('sources', changes, { key: ['code'] }))
}
