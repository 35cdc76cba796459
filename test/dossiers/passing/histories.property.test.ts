import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { rebuildRollups } from '../../../src/dossiers/rollups/rebuild.ts'
import { forEachDatabase } from '../../database.ts'
import { runs } from '../../property.ts'
import { item, send } from '../given.ts'

const DOCUMENT = { number: '1', date: '2020-01-01', issuer: 'x' }
const BASE = { kind: 'commune', level: 'commune', reports_dossiers: true, valid_from: '2020-01-01' }
const KINDS = ['create', 'merge', 'merge', 'take over', 'split', 'split by dossiers', 'move', 'rename', 'abolish'] as const

/** What happens to communes on 1 January, and to dossiers in the year before: by number, of those there are then. */
const year = fc.record({
  event: fc.record({ kind: fc.constantFrom(...KINDS), one: fc.nat() }),
  versions: fc.array(fc.record({
    dossier: fc.nat(5), at: fc.nat(), month: fc.integer({ min: 1, max: 12 }),
    hasEnded: fc.constantFrom(false, false, true), namesOld: fc.boolean(),
    correction: fc.constantFrom(false, false, false, true)
  }), { maxLength: 6 })
})

interface Commune { id: string, code: string, parent: string }
type Row = Record<string, number | string | null>

function eventFor (
  { kind, one }: { kind: typeof KINDS[number], one: number }, communes: Commune[], root: string, year: number
): object {
  const a = communes[one % communes.length]!
  const b = communes.find(({ id }) => id !== a.id)
  const fresh = (code: string) => ({ code, name: `Xã ${year}`, kind: 'commune', level: 'commune', parent: `${root}-1`, reports_dossiers: true })
  const parts = [fresh(a.code), fresh(`${root}-s${year}`)]
  // The last commune stays.
  switch (b === undefined && ['abolish', 'take over'].includes(kind) ? 'create' : kind) {
    case 'merge': return { type: 'merge', units: b === undefined ? [a.id] : [a.id, b.id], into: fresh(one % 3 === 0 ? a.code : `${root}-m${year}`) }
    case 'take over': return { type: 'merge', units: [a.id], into: b!.id }
    case 'split': return { type: 'split', unit: a.id, into: [{ unit: parts[0], share: 0.3 }, { unit: parts[1], share: 0.7 }] }
    case 'split by dossiers': return { type: 'split', unit: a.id, into: [{ unit: parts[0], dossiers: [`${root}-0`, `${root}-1`] }, { unit: parts[1], dossiers: [`${root}-2`] }] }
    case 'move': return { type: 'move', unit: a.id, parent: a.parent === `${root}-1` ? `${root}-2` : `${root}-1` }
    case 'rename': return { type: 'rename', unit: a.id, name: `Xã đổi ${year}` }
    case 'abolish': return { type: 'abolish', unit: a.id, successor: one % 2 === 0 ? b!.id : null }
    case 'create': return { type: 'create', unit: fresh(`${root}-c${year}`) }
  }
}

/** What is pending and stays. */
function left (row: Row): number {
  return Number(row['pending']) - Number(row['transferred_out'])
}

forEachDatabase('dossiers on their way through histories of units', async (t, { get, post, db }) => {
  let run = 0
  const rows = async (question: string) => {
    const { status, text, body } = await get(`/v1/on-time?basis=records&${question}`)
    if (status !== 200) throw new Error(text)
    return body.items as Row[]
  }
  await fc.assert(fc.asyncProperty(fc.array(year, { minLength: 2, maxLength: 4 }), async years => {
    const root = `D${++run}`
    const districts = ['1', '2'].map(n => ({ ...BASE, code: `${root}-${n}`, name: n, kind: 'district', level: 'district', parent: root }))
    const communes = ['a', 'b', 'c'].map(n => ({ ...BASE, code: `${root}-${n}`, name: n, parent: `${root}-1` }))
    await post('/v1/units', { items: [{ ...BASE, code: root, name: root, kind: 'province', level: 'province' }, ...districts, ...communes] })
    const communesOn = async (day: string) => ((await get(`/v1/units?parent=${root}&descendants=true&as_of=${day}&limit=10000`)).body
      .items as (Commune & { level: string })[]).filter(({ level }) => level === 'commune')
    const received = new Map<number, string>()
    const last = new Map<number, string>()
    const open = async (i: number, { event, versions }: typeof years[number]) => {
      const [first, next] = [`${2021 + i}`, `${2022 + i}-01-01`]
      const there = await communesOn(`${first}-12-31`)
      const inOrder = versions.toSorted((a, b) => a.month - b.month)
      for (const { dossier, at, month, hasEnded, namesOld, correction } of inOrder) {
        const day = `${first}-${String(month).padStart(2, '0')}-05T09:00:00+07:00`
        const unit = namesOld ? last.get(dossier) ?? there[at % there.length]!.id : there[at % there.length]!.id
        const isNew = !received.has(dossier)
        const { issues } = await send(db, [item({
          code: `${root}-${dossier}`, unit, received_at: received.get(dossier) ?? day, due_at: `${first}-12-20T09:00:00+07:00`,
          updated_at: day, ...hasEnded ? { status: 10, finished_at: day } : {}, ...correction ? { correction } : {}
        })])
        // What is named once its unit has ended may be refused; nothing is lost by it.
        if (issues.size > 0) continue
        if (isNew) received.set(dossier, day)
        last.set(dossier, unit)
      }
      const { status, text } = await post('/v1/unit-changes', { effective_on: next, document: DOCUMENT, events: [eventFor(event, there, root, 2022 + i)] })
      if (status !== 200) throw new Error(text)
    }
    for (const [i, one] of years.entries()) await open(i, one)

    const days = [...years.keys(), years.length].map(i => `as_of:${2021 + i}-01-01`)
    let before: Row | undefined
    for (const i of [...years.keys(), years.length]) {
      const question = `period=cal-${2021 + i}&unit=${root}`
      const figures = ({ hierarchy: _, units_reported: __, units_expected: ___, ...figures }: Row) => figures
      const [whole] = (await rows(question)).map(figures)
      const told = JSON.stringify(years)
      for (const hierarchy of ['as_reported', 'current', ...days]) {
        const [same] = (await rows(`${question}&hierarchy=${hierarchy}`)).map(figures)
        if (!isDeepStrictEqual(same, whole)) throw new Error(`${question} ${hierarchy} ${JSON.stringify([same, whole])} ${told}`)
        for (const key of ['unit', 'level', 'unit,field', 'unit,channel', 'procedure', 'level,field,channel']) {
          const groups = await rows(`${question}&hierarchy=${hierarchy}&group_by=${key}&limit=1000`)
          for (const count of [
            (row: Row) => Number(row['received_direct']), (row: Row) => Number(row['resolved']),
            left
          ]) {
            const sum = groups.reduce((sum, row) => sum + count(row), 0)
            if (Math.abs(sum - count(whole!)) > 1e-9) throw new Error(`${question} ${hierarchy} by ${key}: ${JSON.stringify([groups, whole])} ${told}`)
          }
        }
      }
      // A dossier that is open again comes in, and was not pending before.
      if (before !== undefined && left(before) !== Number(whole!['carried_over']) - Number(whole!['transferred_in'])) throw new Error(`${question}: ${JSON.stringify([before, whole])} ${told}`)
      before = whole
    }
    if ((await rebuildRollups(db)).length > 0) throw new Error(`a recount finds deviations: ${JSON.stringify(years)}`)
  }), { numRuns: runs(9), endOnFailure: true })
  t.pass('lose none, by the units of any day')
})
