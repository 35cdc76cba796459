import { readFileSync } from 'node:fs'
const N = Number(process.argv[2] ?? 100_000), CHUNK = 5000
const { histories } = await import('/work/h2/test/bench/dossiers/records.ts')
const { procedures } = await import('/work/h2/test/bench/dossiers/desks.ts')
const trees = await Promise.all([['base', '/tmp/h2base', 'ing_base'], ['h2', '/work/h2', 'ing_h2']].map(async ([name, root, database]) => {
  const { connect } = await import(`${root}/src/database/connect.ts`)
  const { runOwnWrite } = await import(`${root}/src/writes/unit-of-work.ts`)
  const { ingestDossiers } = await import(`${root}/src/dossiers/ingest/chunk.ts`)
  const { rebuildRollups } = await import(`${root}/src/dossiers/rollups/rebuild.ts`)
  const c = connect({ connectionString: `postgres://postgres@127.0.0.1:54992/${database}` }, { max: 1, onLost: () => {}, timeLimits: 'relaxed' })
  const pid = (await c.pool.query('select pg_backend_pid() as pid')).rows[0].pid
  return { name, db: c.db, close: c.close, pid, runOwnWrite, ingestDossiers, rebuildRollups, spent: {} as Record<string, number[]> }
}))
const { sql } = await import('/work/h2/node_modules/kysely/dist/index.js')
for (const t of trees) {
  for (const p of procedures()) await sql`insert into procedures (code, name, field, level, interlinked, valid_from, search_name) values (${p.code}, ${p.name}, ${p.field}, ${p.level}, 'none', '2015-01-01', 'x') on conflict do nothing`.execute(t.db)
  await sql`insert into procedure_versions (procedure, valid_from, name, field, level, interlinked, search_name, kind) select code, valid_from, name, field, level, interlinked, search_name, 'new' from procedures where code not in (select procedure from procedure_versions)`.execute(t.db)
}
const open: object[] = [], closed: object[] = []
for (const versions of histories(N)) {
  const { supplement, level, field, ...v } = versions.at(-1)! as any
  const day = v.received_at
  open.push({ ...v, status: 4, finished_at: null, returned_at: null, updated_at: day })
  const finished = v.finished_at ?? v.due_at
  closed.push({ ...v, status: 9, finished_at: finished, returned_at: null, updated_at: finished < day ? day : finished })
}
const ns = (pid: number) => Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0])
for (const [phase, items] of [['new', open], ['closed', closed]] as const) {
  for (let i = 0; i < N; i += CHUNK) {
    const chunk = items.slice(i, i + CHUNK)
    for (const t of (i / CHUNK) % 2 ? trees : trees.toReversed()) {
      const [own, back] = [process.cpuUsage(), ns(t.pid)]
      const r = await t.runOwnWrite(t.db, 'bench', 'x', (w: unknown) => t.ingestDossiers(w, chunk, { source: 'one-stop', reach: null }))
      const { user, system } = process.cpuUsage(own)
      if (i === 0 && r.issues.size > 0) { console.log(JSON.stringify([...r.issues.values()].slice(0, 2))); process.exit(1) }
      ;(t.spent[`${phase} database`] ??= []).push((ns(t.pid) - back) / 1000 / chunk.length)
      ;(t.spent[`${phase} service`] ??= []).push((user + system) / chunk.length)
    }
  }
}
for (const key of Object.keys(trees[0]!.spent)) {
  const half = (xs: number[]) => xs.slice(2)
  const mean = (xs: number[]) => (xs.reduce((a, b) => a + b, 0) / xs.length).toFixed(2)
  const med = (xs: number[]) => xs.toSorted((a, b) => a - b)[xs.length >> 1]!.toFixed(2)
  console.log(key, trees.map(t => `${t.name} mean ${mean(half(t.spent[key]!))} med ${med(half(t.spent[key]!))}`).join(' | '))
}
console.log((await sql`select count(*) as cells, sum(dossiers) from backlog_sums`.execute(trees[1]!.db)).rows, (await sql`select count(*), sum(cells) from backlog_sums_log`.execute(trees[1]!.db)).rows)
for (const t of trees) await t.close()
