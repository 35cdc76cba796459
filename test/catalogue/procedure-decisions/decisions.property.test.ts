import fc from 'fast-check'
import { sql } from 'kysely'
import type { Db } from '../../../src/database/connect.ts'
import { forEachDatabase, type Service } from '../../database.ts'
import { runs } from '../../property.ts'
import { CONTENT, decide, withdraw } from './given.ts'

const CODES = ['9.1', '9.2', '9.3', '9.4']
const DAYS = Array.from({ length: 12 }, (_, i) => `2021-01-${String(i + 1).padStart(2, '0')}`)
const days = fc.constantFrom(...DAYS.slice(1))
const contents = fc.record({
  field: fc.constantFrom('land', 'justice'), level: fc.constantFrom('district', 'commune'),
  online_service_level: fc.constantFrom('3', '4', null)
}, { requiredKeys: [] })
const codes = fc.constantFrom(...CODES)
const kinds = fc.constantFrom('new', 'new', 'amended', 'amended', 'repealed', 'replaced')
const parts = fc.record({ code: codes, kind: kinds, content: contents, successor: codes })
const decisions = fc.record({
  day: days, parts: fc.uniqueArray(parts, { selector: ({ code }) => code, minLength: 1, maxLength: 3 })
})
type Decided = typeof decisions extends fc.Arbitrary<infer D> ? D : never

function listsOf ({ parts }: Decided) {
  const of = (kind: string) => parts.filter(part => part.kind === kind)
  return {
    new: of('new').map(({ code, content }) => ({ code, ...CONTENT, ...content })),
    amended: of('amended').map(({ code, content }) => ({ code, ...content })),
    replaced: of('replaced').map(({ code, successor }) => ({ code, successor })),
    repealed: of('repealed').map(({ code }) => code)
  }
}

type State = Map<string, Record<string, unknown>>

/** What procedures are on a day: each decision until then in the order of their days, and of posting. */
function stateByHand (taken: readonly Decided[], day: string): State {
  const state: State = new Map()
  const until = taken.filter(one => one.day <= day).toSorted((a, b) => a.day < b.day ? -1 : Number(a.day > b.day))
  for (const { parts } of until) {
    for (const { code, kind, content } of parts) {
      if (kind === 'new') state.set(code, { ...CONTENT, online_service_level: null, ...content })
      else if (kind === 'amended') state.set(code, { ...state.get(code), ...content })
      else state.delete(code)
    }
  }
  return state
}

async function stateOf ({ get }: Service, day: string): Promise<State> {
  const { items } = (await get(`/v1/procedures?as_of=${day}`)).body
  return new Map(items.map((row: Record<string, string>) => (
    [row['code'], Object.fromEntries([...Object.keys(CONTENT), 'online_service_level'].map(name => [name, row[name]]))])))
}

function inOrder (state: State): unknown[] {
  return [...state].sort(([a], [b]) => a < b ? -1 : 1).map(([code, content]) => [code, Object.entries(content).sort()])
}

async function counts ({ get }: Service, query: string) {
  return (await get(`/v1/procedures/counts?${query}`)).body.items[0]
}

/** All that is stored of procedures, but for ids, and for the fields of dossiers, which follow later. */
async function stored (db: Db) {
  const read = async (table: string) => (
    await sql<Record<string, unknown>>`select * from ${sql.table(table)} order by 1, 2, 3`.execute(db)).rows
  const changes = (await read('procedure_changes')).map(({ id: _, ...change }) => change)
  const procedures = (await read('procedures')).map(({ counted_fields: _, ...procedure }) => procedure)
  return JSON.stringify([procedures, await read('procedure_versions'), changes])
}

async function forget (db: Db) {
  for (const table of ['procedure_changes', 'procedure_versions', 'procedure_decisions', 'procedures']) {
    await sql`delete from ${sql.table(table)}`.execute(db)
  }
}

forEachDatabase('decisions on procedures that come in any order', async (t, service) => {
  const { db } = service

  t.test('yield on every day what they say one after the other, and its counts', async () => {
    await fc.assert(fc.asyncProperty(fc.array(decisions, { minLength: 1, maxLength: 10 }), async all => {
      await forget(db)
      const taken: Decided[] = []
      for (const [n, one] of all.entries()) {
        const { status } = await decide(service, String(n), one.day, listsOf(one))
        if (status === 200) taken.push(one)
        else if (status !== 422) throw new Error(String(status))
      }
      for (const day of DAYS) {
        const [found, byHand] = [await stateOf(service, day), stateByHand(taken, day)].map(inOrder)
        if (JSON.stringify(found) !== JSON.stringify(byHand)) throw new Error(`${day}: ${JSON.stringify({ found, byHand })}`)
        const { in_force: before } = await counts(service, `as_of=${DAYS[0]}`)
        const row = await counts(service, `from=2021-01-02&to=${day < '2021-01-02' ? '2021-01-02' : day}`)
        if (row.in_force !== before + row.new - row.replaced - row.repealed) throw new Error(`${day}: ${JSON.stringify(row)}`)
      }
      const parts = taken.flatMap(({ parts }) => parts)
      const row = await counts(service, 'from=2021-01-01&to=2021-01-31')
      for (const kind of ['new', 'amended', 'replaced', 'repealed']) {
        const many = parts.filter(part => part.kind === kind).length
        if (row[kind] !== many) throw new Error(`${kind}: ${row[kind]}, not ${many}`)
      }
    }), { numRuns: runs(20) })
  })

  t.test('leave nothing behind when they are withdrawn', async () => {
    await fc.assert(fc.asyncProperty(fc.array(decisions, { minLength: 1, maxLength: 8 }), async all => {
      await forget(db)
      const items = CODES.slice(0, 2).map(code => ({ code, ...CONTENT, valid_from: '2021-01-01' }))
      await service.post('/v1/procedures', { items })
      const states: { id: number, before: string }[] = []
      for (const [n, one] of all.toSorted((a, b) => a.day < b.day ? -1 : 1).entries()) {
        const before = await stored(db)
        const { status, body } = await decide(service, String(n), one.day, listsOf(one))
        if (status === 200) states.push({ id: body.id, before })
      }
      for (const { id, before } of states.toReversed()) {
        const { status, text } = await withdraw(service, id)
        if (status !== 200) throw new Error(text)
        const after = await stored(db)
        if (after !== before) throw new Error(`${after}, not ${before}`)
      }
    }), { numRuns: runs(20) })
  })
})
