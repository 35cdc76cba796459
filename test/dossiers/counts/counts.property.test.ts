import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import type { Db } from '../../../src/database/connect.ts'
import { dossiersOf } from '../../../src/dossiers/counts/drill-down.ts'
import { parseDay, dayOf } from '../../../src/time/business-day.ts'
import {
  COUNT_KEYS, countPlanOf, nameOfReading, readingFor, type CountKey, type CountQuestion
} from '../../../src/dossiers/counts/plan.ts'
import type { Span } from '../../../src/dossiers/counts/spans.ts'
import { countedDossiers } from '../../../src/dossiers/counts/carried.ts'
import type { CountedGroup } from '../../../src/dossiers/counts/count.ts'
import type { Countable } from '../../../src/dossiers/rules/events.ts'
import type { Counting } from '../../../src/dossiers/rules/single-pass-sql.ts'
import { forEachDatabase } from '../../database.ts'
import { runs } from '../../property.ts'
import { countables, lives } from '../arbitrary.ts'
import { daysByHand } from '../by-hand.ts'
import { countedByHand } from '../timeline/by-hand.ts'
import { FIELDS, LEVELS, nameOf, PATHS } from '../catalogue.ts'
import { READINGS } from './readings.ts'
import { forget, itemOf, mergeRollups, send } from '../given.ts'

const CHANNELS = ['online', 'direct', 'postal']
const SOURCES = ['one-stop', 'other']
const ALL = { first: parseDay('2020-12-01'), last: parseDay('2021-06-30') }

const dossier = fc.record({
  countable: countables, unit: fc.constantFrom(...Object.keys(LEVELS)),
  procedure: fc.constantFrom(...Object.keys(FIELDS)), source: fc.constantFrom(...SOURCES)
}).map(({ countable, ...others }) => ({ ...countable, ...others }))
type Dossier = typeof dossier extends fc.Arbitrary<infer D> ? D : never

const days = fc.integer({ min: parseDay('2020-12-28'), max: parseDay('2021-03-10') })
const slices = fc.constantFrom(
  '2020-12-15', '2021-01-01', '2021-01-15', '2021-02-01', '2021-02-15', '2021-03-01', '2021-03-15'
).map(parseDay)
const span = fc.oneof(
  fc.tuple(days, days).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const),
  fc.tuple(slices, slices).filter(([a, b]) => a !== b).map(([a, b]) => [Math.min(a, b), Math.max(a, b) - 1] as const)
)

const someOf = (values: string[]) => fc.option(fc.subarray(values, { minLength: 1 }), { nil: undefined, freq: 3 })
/** Few things are asked at once, so that each table has its turn. */
const plans: fc.Arbitrary<CountQuestion> = fc.record({
  keys: fc.subarray([...COUNT_KEYS], { maxLength: 3 }),
  spans: fc.array(fc.tuple(span, fc.boolean()), { minLength: 1, maxLength: 4 }),
  unit: fc.option(fc.constantFrom('H56', 'H56-380', 'H56-14755'), { freq: 3 }),
  level: someOf(['province', 'district', 'commune']), field: someOf([...new Set(Object.values(FIELDS))]),
  procedure: someOf(Object.keys(FIELDS)), channel: someOf(CHANNELS),
  source: fc.option(fc.constantFrom(...SOURCES), { nil: undefined, freq: 3 }),
  plain: fc.boolean()
}).map(({ spans, plain, ...plan }) => {
  const told = plan.keys.includes('period') ? spans : spans.slice(0, 1)
  const asked = told.map(([[from, to], runs], i): Span => (
    { code: `span-${i}`, from: nameOf(from), to: nameOf(to), dueTo: nameOf(runs ? to - 1 : to) }))
  const { keys, unit, level } = plan
  const province = unit === null ? null : 'H56'
  return plain ? { keys, unit, province, level, spans: asked } : { ...plan, province, spans: asked }
})

function counted (dossiers: Dossier[], span: Span): CountedGroup {
  return countedByHand(dossiers.map(dossier => daysByHand(dossier, ALL)), span)
}

function keysOf ({ unit, procedure, channel }: Dossier, period: string | null): Record<CountKey, string | null> {
  return { level: LEVELS[unit]!, field: FIELDS[procedure]!, unit, procedure, channel, period }
}

function expected (dossiers: Dossier[], { keys, spans, ...plan }: CountQuestion): CountedGroup[] {
  const asked = dossiers.filter(dossier => {
    const own = keysOf(dossier, null)
    return (plan.unit === null || PATHS[dossier.unit]!.includes(plan.unit)) &&
      (plan.source === undefined || plan.source === dossier.source) &&
      (['level', 'field', 'procedure', 'channel'] as const).every(name => plan[name]?.includes(own[name]!) ?? true)
  })
  return spans.flatMap(span => {
    const keyed = (dossier: Dossier) => Object.fromEntries(keys.map(key => [key, keysOf(dossier, span.code)[key]]))
    if (keys.length === 0) return [counted(asked, span)]
    return [...Map.groupBy(asked, dossier => JSON.stringify(keyed(dossier))).values()]
      .map(group => ({ ...keyed(group[0]!), ...counted(group, span) }))
      .filter(({ received, due }) => received > 0 || due > 0)
  })
}

function inOrder (groups: CountedGroup[]): unknown[] {
  return groups.map(group => Object.entries(group).sort(([a], [b]) => a < b ? -1 : 1))
    .sort((a, b) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)
}

/** Sends dossiers to a database that has no others. */
async function given (db: Db, dossiers: Dossier[]) {
  await forget(db)
  for (const source of SOURCES) {
    const items = dossiers.map((dossier, i) => ({ ...dossier, code: `000.00.00.H56-210101-${i}` }))
      .filter(dossier => dossier.source === source).map(({ source: _, ...dossier }) => itemOf(dossier))
    const { outcomes } = await send(db, items, { source })
    if (outcomes.includes('rejected')) throw new Error('rejected')
    // Questions are about what is merged and what is in the logs.
    if (source === SOURCES[0]) await mergeRollups(db)
  }
}

/** The usual questions, which chance asks too seldom: one for each family of rollups and its grains at least. */
const USUAL = [['level'], ['field'], ['unit'], ['unit', 'field'], ['unit', 'channel'], ['procedure']].flatMap(keys => (
  [['2020-12-15', '2021-06-14'], ['2021-02-01', '2021-02-28'], ['2021-01-10', '2021-01-20']].map(([from, to]): CountQuestion => (
    { keys: keys as CountKey[], spans: [{ code: null, from: from!, to: to!, dueTo: to! }], unit: null }))))

const questions = fc.tuple(
  fc.array(dossier, { minLength: 1, maxLength: 12 }), fc.array(plans, { minLength: 8, maxLength: 8 }))

forEachDatabase('dossiers', async (t, { db }) => {
  t.test('count the same by hand and from any table, for any days, groups and filters', async t => {
    const used = new Set<string>()
    await fc.assert(fc.asyncProperty(questions, async ([dossiers, plans]) => {
      await given(db, dossiers)
      for (const plan of [...plans, ...USUAL]) {
        used.add(nameOfReading(readingFor(plan)))
        const groups = (await countedDossiers(countPlanOf(plan)).execute(db)).rows
        const byHand = expected(dossiers, plan)
        if (!isDeepStrictEqual(inOrder(groups), inOrder(byHand))) {
          throw new Error(JSON.stringify({ plan, groups, byHand }))
        }
      }
    }), { numRuns: runs(30) })
    t.same([...used].sort(), READINGS)
  })

  t.test('can be listed as they are counted', async t => {
    await fc.assert(fc.asyncProperty(questions, async ([dossiers, plans]) => {
      await given(db, dossiers)
      for (const { spans, ...others } of plans) {
        const plan = { ...others, keys: [], spans: spans.slice(0, 1) }
        const counts = (await countedDossiers(countPlanOf(plan)).execute(db)).rows[0]!
        const listed = async (counting: Counting) => {
          const { rows } = await dossiersOf(countPlanOf(plan), counting).execute(db)
          return [rows.length, rows.filter(row => row.in_time).length]
        }
        const all = [await listed('ended'), await listed('handled'), await listed('due')]
        const inTime = counts.resolved_in_time + counts.pending_in_time
        const byCount = [
          [counts.resolved, counts.resolved_in_time], [counts.resolved + counts.pending, inTime],
          [counts.due, counts.due_in_time]
        ]
        if (!isDeepStrictEqual(all, byCount)) throw new Error(JSON.stringify({ plan, all, byCount }))
      }
    }), { numRuns: runs(30) })
    t.pass()
  })

  t.test('leave days that are over as they were, whatever an honest source sends later', async t => {
    await fc.assert(fc.asyncProperty(lives, fc.constantFrom<CountKey[]>([], ['channel']), async (versions, keys) => {
      await forget(db)
      const sent = (version: Countable) => (
        send(db, [itemOf({ ...version, code: 'a', unit: 'H56-380', procedure: '1.001193' })]))
      const [first, ...later] = versions
      await sent(first!)
      for (const version of later) {
        const from = nameOf(dayOf(first!.received_at) - 1)
        const to = nameOf(dayOf(version.updated_at) - 1)
        const span = { code: null, from, to, dueTo: to }
        const plan = countPlanOf({ keys, spans: [span], unit: null })
        const count = async () => (await countedDossiers(plan).execute(db)).rows
        const before = await count()
        await sent(version)
        if (!isDeepStrictEqual(await count(), before)) throw new Error(JSON.stringify({ span, before }))
      }
    }), { numRuns: runs(20) })
    t.pass()
  })
})
