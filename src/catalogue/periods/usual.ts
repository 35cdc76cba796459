import type { Db } from '../../database/connect.ts'
import { usualPeriods } from '../../time/calendar.ts'

/** Adds the usual periods that a database lacks. Where it has all, nothing is written: it may take no writes. */
export async function addUsualPeriods (db: Db): Promise<void> {
  const stored = new Set((await db.selectFrom('periods').select('code').execute()).map(({ code }) => code))
  const missing = usualPeriods().filter(({ code }) => !stored.has(code))
  if (missing.length === 0) return
  // A process that starts at the same time may have added them meanwhile.
  await db.insertInto('periods').values(missing).onConflict(conflict => conflict.doNothing()).execute()
}
