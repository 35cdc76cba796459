import { isDeepStrictEqual } from 'node:util'
import { sql } from 'kysely'
import { connect } from '../../../src/database/connect.ts'
import { backlog } from '../../../src/dossiers/backlog/queries.ts'
import { CHANNELS } from '../../../src/dossiers/schema.ts'
import { countedDossiers, countPlanOf } from '../../../src/dossiers/counts/index.ts'
import type { CountKey } from '../../../src/dossiers/counts/plan.ts'
import { KEPT_RULES } from '../../../src/dossiers/counting-rules/kept.ts'
import type { Bench } from './bench.ts'
import { NOW } from './statements.ts'

const ANY_DAYS = ['2021-02-03', '2021-05-20']
const KEYS: CountKey[][] = [['level'], ['field'], ['unit'], ['procedure'], ['unit', 'field'], ['unit', 'channel']]
const SPANS = [['2020-12-15', '2021-06-14'], ['2021-02-01', '2021-02-28'], ['2021-05-01', '2021-05-31']]

/** @throws Error when rollups answer a question otherwise than the dossiers themselves do */
export async function expectSameAnswers ({ url }: Pick<Bench, 'url'>): Promise<void> {
  const { db, close } = connect({ connectionString: url }, { max: 1, onLost: () => {}, timeLimits: 'relaxed' })
  try {
    for (const [keys, rules] of [...KEYS.map(keys => [keys, null] as const), ...KEPT_RULES.map(({ choices }) => [['unit'], choices] as const)]) {
      for (const [from, to] of ['procedure', 'unit'].includes(keys.join()) ? [...SPANS, ANY_DAYS] : SPANS) {
        const spans = [{ code: null, from: from!, to: to!, dueTo: to! }]
        const plan = countPlanOf({ keys: [...keys] as CountKey[], spans, unit: null, rules })
        const answer = async (reading: typeof plan.reading) => (
          await sql`select * from (${countedDossiers({ ...plan, reading })}) as counted order by ${sql.join(keys.map(key => sql.ref(key)))}`
            .execute(db)).rows
        if (plan.reading === 'dossiers') throw new Error(`by ${keys.join()} no rollup knows the answer`)
        if (isDeepStrictEqual(await answer(plan.reading), await answer('dossiers'))) continue
        throw new Error(`by ${keys.join()} from ${from} to ${to} rollups say something else than the dossiers`)
      }
    }
    // The sums of the backlog do not know channels: with all of them the dossiers are counted.
    for (const key of ['unit', 'level'] as const) {
      const [bySums, byDossiers] = await Promise.all([{}, { channel: [...CHANNELS] }].map(filters => (
        backlog(db, { ...filters, group_by: [key] }, { limit: 10_000 }, null, NOW))))
      if (!isDeepStrictEqual(bySums, byDossiers)) throw new Error('the sums of the backlog say something else than the dossiers')
    }
  } finally {
    await close()
  }
}
