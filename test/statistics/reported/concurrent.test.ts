import { sql } from 'kysely'
import { forEachDatabase, type Answer } from '../../database.ts'

const UNITS = ['H56-380', 'H56-381', 'H56-14755', 'H56-14758', 'H56-SNV']
const FIELDS = ['land', 'justice']

forEachDatabase('systems that report at the same time', async (t, { db, get, post, put }) => {
  const period = '2024-Q2'
  const itemsOf = (source: string, step: number) => UNITS.flatMap((unit, i) => FIELDS.map((field, j) => ({
    unit, field, period, source, received_online: 0, carried_over: 0, pending: 0,
    received_direct: 10 + step + i + j, resolved_overdue: (step + i) % 3
  })))

  for (const n of [0, 1, 2]) {
    await put(`/v1/sources/system-${n}`, { name: `Hệ thống ${n}`, precedence: 100, synthetic: false })
  }
  // Each batch in an order of its own: only the service keeps them from waiting for each other in a circle.
  const posts = Array.from({ length: 12 }, (_, step) => {
    const items = itemsOf(`system-${step % 3}`, step)
    return untilAccepted(() => post('/v1/dossier-statistics', { items: step % 2 === 0 ? items : items.toReversed() }))
  })
  const ranked = untilAccepted(() => put('/v1/sources/system-1', { name: 'Hệ thống 1', precedence: 150, synthetic: false }))
  const answers = await Promise.all([...posts, ranked])
  t.same([...new Set(answers.map(({ status }) => status))], [200])

  t.test('do not deadlock', async t => {
    const { rows } = await sql`select deadlocks from pg_stat_database where datname = current_database()`.execute(db)
    t.same(rows, [{ deadlocks: 0 }])
  })

  t.test('leave one set that counts for each unit: that of the highest precedence', async t => {
    const { rows } = await sql`
      select unit, array_agg(source) as counting from statistics_sets where period = ${period} and counts
      group by unit order by unit`.execute(db)
    t.same(rows, UNITS.toSorted().map(unit => ({ unit, counting: ['system-1'] })))
  })

  t.test('leave sums that equal the rows they are summed from', async t => {
    const { rows } = await sql<{ level: string, received: number, resolved_overdue: number }>`
      select level, sum(received)::int8 as received, sum(resolved_overdue)::int8 as resolved_overdue
      from dossier_statistics join units on units.id = unit
      where period = ${period} and source = 'system-1' group by level order by level`
      .execute(db)
    const { body } = await get(`/v1/on-time?period=${period}&group_by=level`)
    t.match(body.items, rows)
    t.equal(rows.length, 3)
  })

  t.test('are answered what was acknowledged, however many ask', async t => {
    for (let step = 100; step < 110; step++) {
      const readers = Array.from({ length: 5 }, async () => get(`/v1/on-time?period=${period}&group_by=level`))
      await post('/v1/dossier-statistics', { items: itemsOf('system-1', step) })
      const fresh = await Promise.all(Array.from({ length: 5 }, async () => get(`/v1/on-time?period=${period}`)))
      await Promise.all(readers)
      const received = itemsOf('system-1', step).reduce((sum, item) => sum + item.received_direct, 0)
      t.ok(fresh.every(({ body }) => body.items[0].received === received), `after post ${step}`)
    }
  })
})

/** Sends again what is refused as busy, as the contract asks of clients. */
async function untilAccepted (send: () => Promise<Answer>): Promise<Answer> {
  const answer = await send()
  return answer.status === 503 ? untilAccepted(send) : answer
}
