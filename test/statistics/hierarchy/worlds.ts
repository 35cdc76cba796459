import fc from 'fast-check'
import type { Db } from '../../../src/database/connect.ts'
import type { Service } from '../../database.ts'
import { item, send } from '../../dossiers/given.ts'
import type { TestedKind } from '../kinds.ts'
import type { Reform } from '../../catalogue/units/given-reform.ts'

export const PERIODS = ['2021-Q1', '2021-Q2', '2021-Q3', '2021-Q4']
/** On the first day of each period but the first, events happen. */
export const DAYS = ['2020-12-15', '2021-03-15', '2021-06-15', '2021-09-15']

const SHARES = [[1], [0.5, 0.5], [0.3, 0.7], [0.1, 0.2, 0.7]]

const KINDS = ['merge', 'split', 'move', 'abolish', 'hand over'] as const

/** Events about living units, which are picked by number. */
const events = fc.array(fc.record({
  kind: fc.constantFrom(...KINDS),
  picked: fc.uniqueArray(fc.nat(9), { minLength: 1, maxLength: 3 }),
  shares: fc.constantFrom(...SHARES), inB: fc.boolean(), level: fc.constantFrom('commune', 'commune', 'district')
}), { maxLength: 3 })
type Event = typeof events extends fc.Arbitrary<(infer E)[]> ? E : never

export const histories = fc.record({
  events: fc.array(events, { minLength: 3, maxLength: 3 }),
  figures: fc.array(
    fc.record({ inTime: fc.nat(50), overdue: fc.nat(9), pending: fc.nat(9) }), { minLength: 7, maxLength: 7 })
})

/** The units of one history, under a root of its own with two districts. */
export class World {
  readonly root: string
  readonly living: string[]
  #made = 0

  constructor (name: string) {
    this.root = name
    this.living = [0, 1, 2, 3, 4].map(n => `${name}-${n}`)
  }

  beginning (): Reform[] {
    const districts = [this.root, `${this.root}-A`, `${this.root}-B`]
    return [
      { on: DAYS[0]!, create: [{ unit: this.root, parent: 'H56', level: 'district' }] },
      { on: DAYS[0]!, create: districts.slice(1).map(unit => ({ unit, parent: this.root, level: 'district' })) },
      { on: DAYS[0]!, create: this.living.map((unit, i) => ({ unit, parent: districts[1 + i % 2]! })) }
    ]
  }

  /** What the events of a day mean for the units that live then; each unit takes part in one. */
  reform (on: string, events: readonly Event[]): Reform {
    const free = [...this.living]
    const reform = { on, create: [] as NonNullable<Reform['create']>, end: {} as NonNullable<Reform['end']>, move: {} as Record<string, string> }
    for (const { kind, picked, shares, inB, level } of events) {
      const units = [...new Set(picked.map(n => free[n]))].filter(unit => unit !== undefined)
      for (const unit of units) free.splice(free.indexOf(unit), 1)
      const parent = `${this.root}-${inB ? 'B' : 'A'}`
      const created = () => {
        const unit = `${this.root}-new${this.#made++}`
        reform.create.push({ unit, parent, level })
        return unit
      }
      const [first] = units
      const heir = free[0]
      if (first === undefined) continue
      if (kind === 'move') reform.move[first] = parent
      if (kind === 'abolish') reform.end[first] = {}
      if (kind === 'hand over' && heir !== undefined) {
        reform.end[first] = { [heir]: 1 }
        free.splice(0, 1)
      }
      if (kind === 'split') reform.end[first] = Object.fromEntries(shares.map(share => [created(), share]))
      if (kind === 'merge') {
        const into = created()
        for (const unit of units) reform.end[unit] = { [into]: 1 }
      }
    }
    const ended = Object.keys(reform.end)
    const left = this.living.filter(unit => !ended.includes(unit))
    this.living.splice(0, this.living.length, ...left, ...reform.create.map(({ unit }) => unit))
    return reform
  }
}

interface Figures {
  inTime: number
  overdue: number
  pending: number
}

/** Reports figures for each unit, in turn. */
export async function report (
  { post }: Pick<Service, 'post'>, { statistics, fields: [field], received }: TestedKind, units: string[], period: string,
  figures: Figures[]
): Promise<void> {
  const items = units.map((unit, i) => {
    const { inTime, overdue, pending } = figures[i % figures.length]!
    return {
      unit, period, source: 'property', ...(field === null ? {} : { field }), ...received(inTime + overdue + pending), carried_over: 0,
      resolved_in_time: inTime, resolved_overdue: overdue
    }
  })
  const { status, text } = await post(statistics, { items })
  if (status !== 200) throw new Error(text)
}

/** Sends a dossier of each unit. */
export async function record (db: Db, units: string[], day: string): Promise<void> {
  const received_at = `${day}T09:00:00+07:00`
  const { outcomes } = await send(db, units.map(unit => (
    item({ code: `${unit}-${day}`, unit, received_at, updated_at: received_at, due_at: `${day}T17:00:00+07:00` }))))
  if (outcomes.includes('rejected')) throw new Error('rejected')
}
