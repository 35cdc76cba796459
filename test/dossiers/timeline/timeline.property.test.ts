import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import type { Db } from '../../../src/database/connect.ts'
import { countedDossiers } from '../../../src/dossiers/counts/carried.ts'
import type { CountedGroup } from '../../../src/dossiers/counts/count.ts'
import { dossiersOf } from '../../../src/dossiers/counts/drill-down.ts'
import { countPlanOf, nameOfReading, readingFor, type CountKey, type CountQuestion } from '../../../src/dossiers/counts/plan.ts'
import type { Span } from '../../../src/dossiers/counts/spans.ts'
import { rebuildRollups } from '../../../src/dossiers/rollups/rebuild.ts'
import type { Counting } from '../../../src/dossiers/rules/single-pass-sql.ts'
import { dayOf, nameOfDay, parseDay } from '../../../src/time/business-day.ts'
import { forEachDatabase } from '../../database.ts'
import { runs } from '../../property.ts'
import { countables, instants, lives } from '../arbitrary.ts'
import { FIELDS, LEVELS, PATHS } from '../catalogue.ts'
import { READINGS } from '../counts/readings.ts'
import { forget, itemOf, mergeRollups, send } from '../given.ts'
import { countedByHand, daysOfStays, staysByHand, type Sent } from './by-hand.ts'

interface Version extends Sent {
  code: string
  procedure: string
}

const SPAN = { first: parseDay('2020-12-01'), last: parseDay('2021-06-30') }
const HOUR = 3_600_000
const units = fc.constantFrom(...Object.keys(LEVELS))
const procedures = fc.constantFrom(...Object.keys(FIELDS))

/** What a source may send of a dossier, senseless things too: all at any time of the two months, in their order. */
const history = fc.array(fc.record({
  dossier: countables, updated_at: instants, unit: units, procedure: procedures,
  fate: fc.constantFrom('kept', 'kept', 'kept', 'kept', 'kept', 'kept', 'deleted', 'correction')
}), { minLength: 1, maxLength: 6 }).map(sent => (
  sent.map(({ dossier, updated_at: updated, unit, procedure, fate }, i): Version => ({
    ...dossier, code: '', unit, procedure, field: FIELDS[procedure]!,
    updated_at: Math.max(updated, dossier.received_at) + i * 1000,
    deleted: fate === 'deleted', correction: fate === 'correction'
  }))))
const histories = fc.array(history, { minLength: 1, maxLength: 6 })
  .map(all => all.map((versions, i) => versions.toSorted((a, b) => a.updated_at - b.updated_at)
    .map(version => ({ ...version, code: `000.00.00.H56-210101-${i}` }))))

function itemsOf (versions: readonly Version[]) {
  return versions.map(({ deleted, correction, field: _, ...version }) => (
    { ...itemOf(version), ...deleted === true ? { deleted } : {}, ...correction === true ? { correction } : {} }))
}

async function given (db: Db, versions: readonly Version[], size: number) {
  for (let i = 0; i < versions.length; i += size) {
    const { issues } = await send(db, itemsOf(versions.slice(i, i + size)))
    if (issues.size > 0) throw new Error(JSON.stringify([...issues]))
    if (size % 2 === 0) await mergeRollups(db)
  }
}

const span = (code: string, from: string, to: string): Span => ({ code, from, to, dueTo: to })
const SLICES = ['2020-12-15', '2021-01-01', '2021-01-15', '2021-02-01', '2021-02-15', '2021-03-01', '2021-03-15', '2021-04-01']
const SPANS = SLICES.slice(1).map((next, i) => span(SLICES[i]!, SLICES[i]!, nameOfDay(parseDay(next) - 1)))
const ANY_DAYS = [span('a', '2020-12-20', '2021-01-19'), span('b', '2021-01-20', '2021-02-07'), span('c', '2021-02-08', '2021-04-01')]
const QUESTIONS: CountQuestion[] = [
  ...[[], ['unit'], ['level'], ['level', 'field'], ['channel'], ['procedure'], ['unit', 'field'], ['unit', 'channel', 'level']].map(keys => (
    { keys: [...keys as CountKey[], 'period'] as CountKey[], spans: SPANS, unit: null })),
  ...[[], ['unit'], ['field', 'channel']].map(keys => (
    { keys: [...keys as CountKey[], 'period'] as CountKey[], spans: ANY_DAYS, unit: 'H56-380' })),
  { keys: ['unit', 'level'], spans: [ANY_DAYS[1]!], unit: null },
  { keys: ['level', 'period'], spans: ANY_DAYS, unit: null },
  ...[['unit'], ['procedure']].map(keys => (
    { keys: keys as CountKey[], spans: [span('quarter', '2020-12-15', '2021-03-14')], unit: null })),
  { keys: ['procedure', 'field'], spans: [span('quarters and a slice', '2020-12-15', '2021-03-31')], unit: null, level: ['district', 'commune'] },
  { keys: [], spans: [ANY_DAYS[1]!], unit: null, level: ['district'], procedure: ['1.001193'] },
  { keys: [], spans: [SPANS[2]!], unit: 'H56-380' },
  { keys: ['field'], spans: [{ ...ANY_DAYS[1]!, dueTo: '2021-02-06' }], unit: null, channel: ['direct'] }
]

function byHand (histories: readonly Version[][], { keys, spans, unit, ...filters }: CountQuestion): CountedGroup[] {
  const stays = histories.flatMap(versions => daysOfStays(staysByHand(versions), SPAN))
    .map(({ version, days }) => ({
      days, place: {
        unit: version.unit, level: LEVELS[version.unit]!, field: version.field, procedure: version.procedure,
        channel: version.channel
      }
    }))
    .filter(({ place }) => (unit === null || PATHS[place['unit']]!.includes(unit)) &&
      (['level', 'field', 'procedure', 'channel'] as const).every(name => filters[name]?.includes(place[name]) ?? true))
  return spans.flatMap(asked => {
    const keyed = (place: Record<string, string>) => (
      Object.fromEntries(keys.map(key => [key, key === 'period' ? asked.code : place[key]])))
    const groups = keys.every(key => key === 'period') ? [stays] : [...Map.groupBy(stays, ({ place }) => JSON.stringify(keyed(place))).values()]
    return groups.map(group => (
      { ...keyed(group[0]?.place ?? {}), ...countedByHand(group.map(({ days }) => days), asked) }))
      .filter(({ received, due }) => keys.length === 0 || received > 0 || due > 0)
  })
}

function inOrder (groups: readonly CountedGroup[]): unknown[] {
  return groups.map(group => Object.entries(group).sort(([a], [b]) => a < b ? -1 : 1))
    .sort((a, b) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)
}

async function counted (db: Db, question: CountQuestion): Promise<CountedGroup[]> {
  return (await countedDossiers(countPlanOf(question)).execute(db)).rows
}

/** The identities of the form, and that nothing is lost between one span and the next. */
function continues (groups: readonly CountedGroup[], spans: readonly Span[]): boolean {
  const places = Map.groupBy(groups, ({ unit, level, field, procedure, channel }) => (
    JSON.stringify([unit, level, field, procedure, channel])))
  return [...places.values()].every(rows => {
    let passed = 0
    return spans.every(({ code }) => {
      const row = rows.find(({ period }) => period === code)
      if (row === undefined) return passed === 0
      const goesOn = row.carried_over - row.transferred_in === passed
      passed = row.pending - row.transferred_out
      return goesOn && Object.values(row).every(count => typeof count !== 'number' || count >= 0) &&
        row.received === row.received_online + row.received_direct + row.carried_over &&
        row.received === row.resolved + row.cancelled + row.pending &&
        row.pending === row.pending_in_time + row.pending_overdue &&
        (row.transferred_in === 0 || row.transferred_out === 0)
    })
  })
}

forEachDatabase('dossiers that move, are reopened, corrected and deleted', async (t, { db }) => {
  t.test('count the same by hand, from rollups, and from rows', async t => {
    const used = new Set<string>()
    await fc.assert(fc.asyncProperty(histories, fc.integer({ min: 1, max: 9 }), async (histories, size) => {
      await forget(db)
      await given(db, histories.flat(), size)
      for (const question of QUESTIONS) {
        used.add(nameOfReading(readingFor(question)))
        const [groups, expected] = [await counted(db, question), byHand(histories, question)]
        const goesOn = !question.keys.includes('period') || continues(groups, question.spans)
        if (goesOn && isDeepStrictEqual(inOrder(groups), inOrder(expected))) continue
        throw new Error(JSON.stringify({ goesOn, question, groups, expected }))
      }
      if ((await rebuildRollups(db)).length > 0) throw new Error('a recount finds deviations')
    }), { numRuns: 6 })
    t.same([...used].sort(), READINGS)
  })

  t.test('leave the sum of all units as it is when they move', async t => {
    await fc.assert(fc.asyncProperty(histories, async histories => {
      await forget(db)
      await given(db, histories.flat(), 50)
      const units = await counted(db, { keys: ['unit', 'period'], spans: SPANS, unit: null })
      const whole = await counted(db, { keys: ['period'], spans: SPANS, unit: null })
      for (const { code } of SPANS) {
        const sum = (rows: CountedGroup[], count: (row: CountedGroup) => number) => (
          rows.filter(({ period }) => period === code).reduce((total, row) => total + count(row), 0))
        const sums = (rows: CountedGroup[]) => [
          sum(rows, row => row.pending - row.transferred_out), sum(rows, row => row.carried_over - row.transferred_in),
          sum(rows, row => row.received_online), sum(rows, row => row.received_direct), sum(rows, row => row.resolved)
        ]
        if (isDeepStrictEqual(sums(units), sums(whole))) continue
        throw new Error(JSON.stringify({ code, units: sums(units), whole: sums(whole) }))
      }
    }), { numRuns: runs(4) })
    t.pass()
  })

  t.test('can be listed as they are counted', async t => {
    await fc.assert(fc.asyncProperty(histories, async histories => {
      await forget(db)
      await given(db, histories.flat(), 50)
      for (const { spans, ...others } of QUESTIONS) {
        for (const asked of spans.slice(1, 3)) {
          const plan = { ...others, keys: [], spans: [asked] }
          const [counts] = await counted(db, plan)
          const listed = async (counting: Counting) => {
            const { rows } = await dossiersOf(countPlanOf(plan), counting).execute(db)
            return [rows.length, rows.filter(row => row.in_time).length]
          }
          const all = [await listed('ended'), await listed('handled'), await listed('due')]
          const { resolved, resolved_in_time: inTime, received, cancelled, pending_in_time: pending } = counts!
          const handled = [received - cancelled, inTime + pending]
          const expected = [[resolved, inTime], handled, [counts!.due, counts!.due_in_time]]
          if (!isDeepStrictEqual(all, expected)) throw new Error(JSON.stringify({ plan, all, expected }))
        }
      }
    }), { numRuns: runs(3) })
    t.pass()
  })

  t.test('leave days that are over as they were, whatever an honest source sends later', async t => {
    const places = fc.array(units, { minLength: 12, maxLength: 12 })
    const waits = fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 3 })
    const moving = fc.tuple(lives, places, waits)
      .map(([life, places, wait]) => {
        const versions = [...life]
        for (const quarters of wait) {
          const last = versions.at(-1)!
          const now = last.updated_at + quarters * 6 * HOUR
          // On the day on which it ended, it would be as if there had been no supplements: a correction.
          const supplements = dayOf(now) > dayOf(last.updated_at) ? [] : last.supplements
          versions.push(last.status >= 7
            ? { ...last, status: 4, finished_at: null, updated_at: now, supplements, details: null }
            : { ...last, status: 10, finished_at: now, updated_at: now })
        }
        return versions.map((version, i) => ({ ...version, unit: places[i]! }))
      })
    await fc.assert(fc.asyncProperty(moving, fc.constantFrom<CountKey[]>([], ['unit'], ['level']), async (versions, keys) => {
      await forget(db)
      for (const [i, version] of versions.entries()) {
        const to = nameOfDay(dayOf(version.updated_at) - 1)
        const from = nameOfDay(dayOf(versions[0]!.received_at) - 1)
        const last = to < from ? from : to
        const question = { keys, spans: [{ code: null, from, to: last, dueTo: last }], unit: null }
        const before = inOrder(await counted(db, question))
        await send(db, [itemOf({ ...version, code: 'a', procedure: '1.001193' })])
        if (i === 0 || isDeepStrictEqual(inOrder(await counted(db, question)), before)) continue
        throw new Error(JSON.stringify({ to, version, before }))
      }
    }), { numRuns: runs(10) })
    t.pass()
  })
})
