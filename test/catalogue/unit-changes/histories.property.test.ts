import fc from 'fast-check'
import { sql } from 'kysely'
import { forEachDatabase } from '../../database.ts'
import { runs } from '../../property.ts'
import type { Db } from '../../../src/database/connect.ts'

const DOCUMENT = { number: '1', date: '2020-01-01', issuer: 'x' }
const BASE = { kind: 'commune', level: 'commune', reports_dossiers: true, valid_from: '2020-01-01' }
const KINDS = ['create', 'merge', 'split', 'move', 'rename', 'abolish'] as const

/** What happens in a year, and to which of the communes that there are then. */
const event = fc.record({ kind: fc.constantFrom(...KINDS), one: fc.nat(), two: fc.nat() })
const history = fc.array(fc.tuple(event, fc.boolean()), { minLength: 2, maxLength: 6 })

interface Commune { id: string, code: string, parent: string }

async function tablesOf (db: Db): Promise<string> {
  const tables = ['units', 'unit_versions', 'unit_successions', 'unit_assignments', 'unit_aliases']
  const rows = await Promise.all(tables.map(table => sql`select * from ${sql.table(table)} as t order by t::text`.execute(db)))
  return JSON.stringify(rows.map(({ rows }) => rows))
}

function eventFor (
  { kind, one, two }: { kind: typeof KINDS[number], one: number, two: number }, communes: Commune[], root: string,
  year: number
): object {
  const a = communes[one % communes.length]!
  const b = communes.find(({ id }) => id !== a.id) ?? a
  const fresh = (code: string) => ({ code, name: `Xã ${year}`, kind: 'commune', level: 'commune', parent: `${root}-1`, reports_dossiers: true })
  const isPair = a.id !== b.id
  // The last commune stays.
  switch (kind === 'abolish' && !isPair ? 'create' : kind) {
    case 'merge': return { type: 'merge', units: isPair ? [a.id, b.id] : [a.id], into: fresh(two % 2 === 0 ? a.code : `${root}-m${year}`) }
    case 'split': return { type: 'split', unit: a.id, into: [{ unit: fresh(a.code), share: 0.3 }, { unit: fresh(`${root}-s${year}`), share: 0.7 }] }
    case 'move': return { type: 'move', unit: a.id, parent: a.parent === `${root}-1` ? `${root}-2` : `${root}-1` }
    case 'rename': return { type: 'rename', unit: a.id, name: `Xã đổi ${year}` }
    case 'abolish': return { type: 'abolish', unit: a.id, successor: two % 2 === 0 ? b.id : null }
    case 'create': return { type: 'create', unit: fresh(`${root}-c${year}`) }
  }
}

forEachDatabase('histories of units', async (t, { get, post, delete: remove, db }) => {
  let run = 0
  await fc.assert(fc.asyncProperty(history, async steps => {
    const root = `P${++run}`
    await post('/v1/units', {
      items: [
        { ...BASE, code: root, name: root, kind: 'province', level: 'province' },
        ...['1', '2'].map(n => ({ ...BASE, code: `${root}-${n}`, name: n, kind: 'district', level: 'district', parent: root })),
        ...['a', 'b', 'c'].map(n => ({ ...BASE, code: `${root}-${n}`, name: n, parent: `${root}-1` }))
      ]
    })
    const on = async (day: string) => (await get(`/v1/units?parent=${root}&descendants=true&as_of=${day}&limit=10000`)).body.items as (Commune & Record<string, unknown>)[]
    // Up to which day a unit exists is the one thing of the past that a later event decides.
    const shown = (units: Record<string, unknown>[]) => JSON.stringify(units.map(({ valid_to: _, ...unit }) => unit))
    const answers: [day: string, answer: string][] = []
    for (const [i, [event, isWithdrawn]] of steps.entries()) {
      const year = 2021 + i
      const communes = (await on(`${year - 1}-12-31`)).filter(({ level }) => level === 'commune')
      answers.push([`${year - 1}-12-31`, shown(await on(`${year - 1}-12-31`))])
      const before = await tablesOf(db)
      const body = { effective_on: `${year}-01-01`, document: DOCUMENT, events: [eventFor(event, communes, root, year)] }
      const { status, text, body: { id } } = await post('/v1/unit-changes', body)
      if (status !== 200) throw new Error(`${JSON.stringify(body)} ${text}`)
      if (isWithdrawn) {
        const withdrawn = await remove(`/v1/unit-changes/${id}`, { 'x-reason': 'test' })
        if (withdrawn.status !== 200) throw new Error(withdrawn.text)
        if (await tablesOf(db) !== before) throw new Error('withdrawing did not give back what was before')
      }
      const codes = (await on(`${year}-01-01`)).map(({ code }) => code)
      if (new Set(codes).size !== codes.length) throw new Error('a code is used twice at a time')
    }
    for (const [day, answer] of answers) if (shown(await on(day)) !== answer) throw new Error(`the units of ${day} have changed`)
  }), { numRuns: runs(8) })
  t.pass()
})
