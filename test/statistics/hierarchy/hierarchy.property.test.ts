import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { forEachDatabase } from '../../database.ts'
import { runs } from '../../property.ts'
import { item, send } from '../../dossiers/given.ts'
import { givenReform, type Reform } from '../../catalogue/units/given-reform.ts'

/** What happens on the first day of each period but the first. */
const PERIODS = ['2021-Q1', '2021-Q2', '2021-Q3', '2021-Q4']
const DAYS = ['2020-12-15', '2021-03-15', '2021-06-15', '2021-09-15']

const SHARES = [[1], [0.5, 0.5], [0.3, 0.7], [0.1, 0.2, 0.7]]

/** An event about living units, which are picked by number. */
const event = fc.record({
  kind: fc.constantFrom('merge', 'split', 'move', 'abolish', 'hand over'),
  picked: fc.uniqueArray(fc.nat(9), { minLength: 1, maxLength: 3 }),
  shares: fc.constantFrom(...SHARES), inB: fc.boolean(), level: fc.constantFrom('commune', 'commune', 'district')
})
type Event = typeof event extends fc.Arbitrary<infer E> ? E : never

const histories = fc.record({
  events: fc.array(fc.array(event, { maxLength: 3 }), { minLength: 3, maxLength: 3 }),
  figures: fc.array(
    fc.record({ inTime: fc.nat(50), overdue: fc.nat(9), pending: fc.nat(9) }), { minLength: 7, maxLength: 7 })
})

/** The units of one history, under a root of its own with two districts. */
class World {
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

type Row = Record<string, number | string | boolean | null>
const SUMMED = ['received', 'resolved', 'resolved_in_time', 'pending', 'numerator', 'denominator']

forEachDatabase('figures by any hierarchy', async (t, { db, get, post }) => {
  const rows = async (query: string) => {
    const { status, text, body } = await get(`/v1/on-time?${query}`)
    if (status !== 200) throw new Error(text)
    return body.items as Row[]
  }
  const report = async (
    units: string[], period: string, figures: { inTime: number, overdue: number, pending: number }[]
  ) => {
    const items = units.map((unit, i) => {
      const { inTime, overdue, pending } = figures[i % figures.length]!
      return {
        unit, period, source: 'property', field: 'land', received_online: 0, received_direct: inTime + overdue + pending, carried_over: 0,
        resolved_in_time: inTime, resolved_overdue: overdue
      }
    })
    const { status, text } = await post('/v1/dossier-statistics', { items })
    if (status !== 200) throw new Error(text)
  }
  const record = async (units: string[], day: string) => {
    const received_at = `${day}T09:00:00+07:00`
    const { outcomes } = await send(db, units.map(unit => (
      item({ code: `${unit}-${day}`, unit, received_at, updated_at: received_at, due_at: `${day}T17:00:00+07:00` }))))
    if (outcomes.includes('rejected')) throw new Error('rejected')
  }
  /** The rows of a question agree with its total. */
  const expectSums = (total: Row, parts: Row[], what: string) => {
    for (const name of SUMMED) {
      const sum = parts.reduce((sum, row) => sum + Number(row[name]), 0)
      if (Math.abs(sum - Number(total[name] ?? 0)) > 0.001) throw new Error(`${what}: ${name} is ${sum}, not ${total[name]}`)
    }
    if (parts.some(row => row['estimated'] === false && SUMMED.some(name => !Number.isInteger(row[name])))) {
      throw new Error(`${what} has decimals and is not estimated`)
    }
  }

  let worlds = 0
  t.test('have the same sums, and those of a day stay what they were after later events', async t => {
    await fc.assert(fc.asyncProperty(histories, async ({ events, figures }) => {
      const world = new World(`W${worlds++}`)
      const ofRoot = (query: string) => `unit=${world.root}&${query}`
      /** What was answered as of a day before anything later happened. */
      const answered: { query: string, rows: Row[] }[] = []
      for (const reform of world.beginning()) await givenReform(db, reform)
      for (const [i, period] of PERIODS.entries()) {
        if (i > 0) await givenReform(db, world.reform(DAYS[i]!, events[i - 1]!))
        await report(world.living, period, figures)
        await record(world.living, DAYS[i]!)
        for (const basis of ['reported', 'records']) {
          for (const keys of ['unit', 'level', 'period']) {
            const groups = [...new Set([keys, 'period'])].join()
            const query = ofRoot(`basis=${basis}&hierarchy=as_of:${DAYS[i]}&period=${PERIODS.slice(0, i + 1).join()}&group_by=${groups}`)
            answered.push({ query, rows: await rows(query) })
          }
        }
      }
      for (const { query, rows: before } of answered) {
        if (!isDeepStrictEqual(await rows(query), before)) throw new Error(`${query} was ${JSON.stringify(before)}`)
      }
      for (const basis of ['reported', 'records']) {
        const asReported = new Map<string, Row>()
        for (const hierarchy of ['as_reported', 'current', `as_of:${DAYS[1]}`, `as_of:${DAYS[2]}`]) {
          for (const period of [...PERIODS, PERIODS.join()]) {
            const query = ofRoot(`basis=${basis}&hierarchy=${hierarchy}&period=${period}`)
            const [total] = await rows(query)
            const { hierarchy: _, ...figures } = total!
            asReported.set(period, asReported.get(period) ?? figures)
            if (!isDeepStrictEqual(figures, asReported.get(period))) throw new Error(`${query}: ${JSON.stringify(figures)}`)
            if (basis === 'reported' && period.includes(',')) continue
            for (const keys of ['unit', 'level,field']) expectSums(total!, await rows(`${query}&group_by=${keys}`), `${query} by ${keys}`)
          }
        }
      }
    }), { numRuns: runs(5) })
    t.pass()
  })
})
