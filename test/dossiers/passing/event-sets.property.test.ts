import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { sql, type RawBuilder } from 'kysely'
import type { Db } from '../../../src/database/connect.ts'
import { columns } from '../../../src/database/sql/bulk-json.ts'
import { measuresOf, ROLLUP_TABLES, ROLLUPS, type RollupTable } from '../../../src/dossiers/rollups/families.ts'
import { cellsOf } from '../../../src/dossiers/rollups/log.ts'
import { rebuildRollups } from '../../../src/dossiers/rollups/rebuild.ts'
import { forEachDatabase, type Service } from '../../database.ts'
import { countables, instants } from '../arbitrary.ts'
import { forget, forgetReports, itemOf, mergeRollups, send } from '../given.ts'

const DOCUMENT = { number: '1/NQ', date: '2021-01-01', issuer: 'Quốc hội' }
const WARD = { code: 'H56-99001', name: 'Phường Mới', kind: 'ward', level: 'commune', parent: 'H56-380', reports_dossiers: true }
const EVENT_SETS = [
  { effective_on: '2021-02-01', document: DOCUMENT, events: [{ type: 'merge', units: ['H56-14755', 'H56-14758'], into: WARD }] },
  { effective_on: '2021-02-14', document: DOCUMENT, events: [{ type: 'merge', units: ['H56-99001'], into: 'H56-14761' }] }
]
const FIRST_END = Date.parse('2021-02-01T00:00:00+07:00')

// Of two units that are merged, a version from after that may name either, or the one that is there before and after.
const history = fc.tuple(fc.constantFrom('H56-14755', 'H56-14758'), fc.array(fc.record({
  dossier: countables.filter(({ received_at: at }) => at < FIRST_END), updated_at: instants,
  place: fc.constantFrom('home', 'home', 'home', 'H56-14758', 'H56-SNV', 'H56-14761'), procedure: fc.constantFrom('1.001193', '1.001612'),
  correction: fc.constantFrom(false, false, false, true)
}), { minLength: 1, maxLength: 5 }))
  .map(([home, sent]) => sent.map(({ dossier, updated_at: updated, place, ...others }, i) => ({
    ...dossier, ...others, unit: place === 'home' ? home : place, updated_at: Math.max(updated, dossier.received_at) + i * 1000
  })))
const versions = fc.array(history, { minLength: 1, maxLength: 6 }).map(all => (
  all.flatMap((versions, i) => versions.map(version => ({ ...version, code: `000.00.00.H56-210101-${i}` })))
    .toSorted((a, b) => a.updated_at - b.updated_at)))

async function given (db: Db, sent: Parameters<typeof itemOf>[0][]) {
  const { issues } = await send(db, sent.map(itemOf))
  if (issues.size > 0) throw new Error(JSON.stringify([...issues]))
}

async function stored (db: Db, tables: readonly string[] = ['dossiers', 'dossier_states']) {
  await mergeRollups(db)
  const counts = (table: RollupTable) => sql.raw(measuresOf(table).map(measure => `${measure} <> 0`).join(' or '))
  const cells = (table: RollupTable) => {
    const key = columns(['province_code', ...ROLLUPS[table]])
    const sums = measuresOf(table).map(measure => sql`sum(${sql.ref(measure)}) as ${sql.ref(measure)}`)
    return sql`(select ${key}, ${sql.join(sums)} from ${cellsOf(table)} group by ${key})`
  }
  const rowsOf = (from: RawBuilder<unknown>, which: RawBuilder<unknown>) => sql<{ row: string }>`
    select (to_jsonb(one) - 'write' - 'id')::text as row from ${from} as one where ${which} order by 1`.execute(db)
  const rows = await Promise.all([
    ...[...tables, 'dossier_desks'].map(table => rowsOf(sql.table(table), sql`true`)),
    ...ROLLUP_TABLES.map(table => rowsOf(cells(table), counts(table)))
  ])
  // The ids of event sets grow with each.
  return rows.map(({ rows }) => rows.map(({ row }) => row.replaceAll(/"change": \d+/g, '')))
}

async function postAll ({ post }: Service) {
  for (const body of EVENT_SETS) {
    const { status, text } = await post('/v1/unit-changes', body)
    if (status !== 200) throw new Error(text)
  }
}

async function withdrawAll (service: Service) {
  const { rows } = await sql<{ id: number }>`select id from unit_changes where withdrawn_by is null order by id desc`.execute(service.db)
  for (const { id } of rows) {
    const { status, text } = await service.delete(`/v1/unit-changes/${id}`, { 'x-reason': 'test' })
    if (status !== 200) throw new Error(text)
  }
}

forEachDatabase('dossiers of units that end', async (t, service) => {
  const { db } = service
  await forgetReports(db)
  t.test('are where they would be if the change of units had been known before, and go back as they were', async t => {
    await fc.assert(fc.asyncProperty(versions, fc.nat(), async (versions, at) => {
      // What is left where it has failed before.
      await forget(db)
      await withdrawAll(service)
      await given(db, versions)
      const before = await stored(db, ['dossiers', 'dossier_states', 'dossier_versions'])
      await postAll(service)
      const known = await stored(db)
      if ((await rebuildRollups(db)).length > 0) throw new Error('a recount finds deviations')
      await given(db, versions)
      if (!isDeepStrictEqual(await stored(db), known)) throw new Error('what is sent again is not unchanged')
      await withdrawAll(service)
      const after = await stored(db, ['dossiers', 'dossier_states', 'dossier_versions'])
      if (!isDeepStrictEqual(after, before)) throw new Error(JSON.stringify({ before, after }))

      await forget(db)
      const middle = at % (versions.length + 1)
      await given(db, versions.slice(0, middle))
      await postAll(service)
      await given(db, versions.slice(middle))
      const late = await stored(db)
      if (!isDeepStrictEqual(late, known)) throw new Error(JSON.stringify({ middle, known, late }))
      await forget(db)
      await withdrawAll(service)
    }), { numRuns: 8 })
    t.pass()
  })
})
