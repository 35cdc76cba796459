import { forEachDatabase } from '../database.ts'
import { COUNTS_SQL } from '../dossiers/counts/golden.ts'
import { AGGREGATES_SQL } from '../reports/aggregates/golden.ts'
import { ON_TIME_SQL } from '../statistics/on-time/golden.ts'

forEachDatabase('golden SQL', async (t, { db }) => {
  for (const { name, asks, statement } of [...COUNTS_SQL, ...ON_TIME_SQL, ...AGGREGATES_SQL]) {
    t.test(`${name} can be planned: ${asks}`, async t => {
      await t.resolves(db.executeQuery({ ...statement, sql: `explain ${statement.sql}` }))
    })
  }
})
