import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { sql } from 'kysely'
import type { Db } from '../../../src/database/connect.ts'
import { columns } from '../../../src/database/sql/bulk-json.ts'
import { countedDossiers } from '../../../src/dossiers/counts/carried.ts'
import { dossiersOf } from '../../../src/dossiers/counts/drill-down.ts'
import { countPlanOf, type CountKey, type CountPlan } from '../../../src/dossiers/counts/plan.ts'
import type { Span } from '../../../src/dossiers/counts/spans.ts'
import type { Choices } from '../../../src/dossiers/counting-rules/schema.ts'
import { graceOf, rulesOf, seenBy, tenuresSeenBy, type TermDueOf } from '../../../src/dossiers/counting-rules/seen.ts'
import { dossiersSeenBy, statesSeenBy } from '../../../src/dossiers/counting-rules/seen-sql.ts'
import { dossierEvents } from '../../../src/dossiers/rules/events-sql.ts'
import { countEvents, EVENT_MEASURES } from '../../../src/dossiers/rules/events.ts'
import { rebuildRollups } from '../../../src/dossiers/rollups/rebuild.ts'
import type { Counting } from '../../../src/dossiers/rules/single-pass-sql.ts'
import { countTenures, type DossierState } from '../../../src/dossiers/rules/timeline.ts'
import { dossierStates, IN_ONE_STATE } from '../../../src/dossiers/rules/timeline-sql.ts'
import { dossierStored, storedColumns, withFormer, type StoredRow } from '../../../src/dossiers/storage/states.ts'
import { nameOfDay, parseDay } from '../../../src/time/business-day.ts'
import { forEachDatabase } from '../../database.ts'
import { runs } from '../../property.ts'
import { countables, instants } from '../arbitrary.ts'
import { daysByHand } from '../by-hand.ts'
import { FIELDS, LEVELS, nameOf } from '../catalogue.ts'
import { forget, itemOf, send } from '../given.ts'
import { countedByHand } from '../timeline/by-hand.ts'
import { LOCAL, PORTAL, rules, termsByHand } from './given.ts'

const ALL = { first: parseDay('2020-12-01'), last: parseDay('2021-08-31') }
const units = fc.constantFrom(...Object.keys(LEVELS))
const procedures = fc.constantFrom(...Object.keys(FIELDS))
const dossier = fc.record({ countable: countables, unit: units, procedure: procedures })
  .map(({ countable, ...others }) => ({ ...countable, ...others }))

const days = fc.integer({ min: parseDay('2020-12-28'), max: parseDay('2021-03-10') })
const spans = fc.tuple(days, days, fc.boolean()).map(([a, b, runs]): Span => {
  const [from, to] = [Math.min(a, b), Math.max(a, b)]
  return { code: 'span', from: nameOf(from), to: nameOf(to), dueTo: nameOf(runs ? to - 1 : to) }
})

/** Versions of some dossiers that move, end and are taken up again. */
const version = fc.record({ dossier, updated_at: instants })
const histories = fc.array(fc.array(version, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 5 })
  .map(all => all.map((versions, i) => versions.map(({ dossier, updated_at: updated }, n) => ({
    ...dossier, code: `000.00.00.H56-210101-${i}`, updated_at: Math.max(updated, dossier.received_at) + n * 1000
  })).toSorted((a, b) => a.updated_at - b.updated_at)))

type Sums = Record<string, Record<string, number>>

/** What is counted by unit, field and day, without what is 0. */
async function countedInSql (db: Db, choices: Choices): Promise<Sums> {
  const plain = dossiersSeenBy(choices, sql`(select * from dossiers where ${IN_ONE_STATE})`)
  const states = statesSeenBy(choices, dossierStates(), sql`true`)
  const { rows } = await sql<Record<string, string | number>>`
    select unit, field, day, ${sql.join(EVENT_MEASURES.map(name => sql`sum(${sql.ref(name)})::integer as ${sql.ref(name)}`))}
    from (${dossierEvents(['unit', 'field'], { plain, states }, graceOf(choices))}) as events
    group by ${columns(['unit', 'field', 'day'])}`.execute(db)
  return withoutZeros(rows.map(({ unit, field, day, ...counts }) => (
    [`${unit} ${field} ${day}`, counts as Record<string, number>])))
}

async function countedInTypeScript (db: Db, choices: Choices, termDueOf: TermDueOf): Promise<Sums> {
  const sums: Sums = {}
  const { rows } = await sql<Omit<StoredRow, 'former'>>`select ${storedColumns('dossiers')} from dossiers`.execute(db)
  for (const stored of await db.transaction().execute(trx => withFormer(trx, 'H56', rows))) {
    const dossier = dossierStored(stored)
    const add = (day: number, measure: string, by: number, { unit, field }: DossierState = dossier) => {
      const figures = sums[`${unit} ${field} ${nameOfDay(day)}`] ??= {}
      figures[measure] = (figures[measure] ?? 0) + by
    }
    const grace = graceOf(choices)
    if (dossier.history.length === 0) {
      const seen = seenBy(choices, dossier, termDueOf(dossier))
      countEvents(seen, (day, measure) => { add(day, measure, 1) }, undefined, grace)
    } else {
      const tenures = tenuresSeenBy(choices, dossier, termDueOf)
      countTenures(tenures, (state, day, measure, by) => { add(day, measure, by, state) }, grace)
    }
  }
  return withoutZeros(Object.entries(sums))
}

function withoutZeros (sums: [string, Record<string, number>][]): Sums {
  return Object.fromEntries(sums.flatMap(([key, counts]) => {
    const some = Object.entries(counts).filter(([, count]) => count !== 0)
    return some.length === 0 ? [] : [[key, Object.fromEntries(some)] as const]
  }))
}

forEachDatabase('dossiers by the rules of others', async (t, { db }) => {
  const termDueOf = await termsByHand(db)

  t.test('count the same by hand, in one pass and by their events, and can be listed', async t => {
    const someDossiers = fc.array(dossier, { minLength: 1, maxLength: 12 })
    await fc.assert(fc.asyncProperty(someDossiers, rules, spans, async (dossiers, choices, span) => {
      await forget(db)
      const items = dossiers.map((dossier, i) => itemOf({ ...dossier, code: `000.00.00.H56-210101-${i}` }))
      const { issues } = await send(db, items)
      if (issues.size > 0) throw new Error(JSON.stringify([...issues]))
      const plan = countPlanOf({ keys: [], spans: [span], unit: null, rules: rulesOf(choices) })
      const { rows: [counted] } = await countedDossiers(plan).execute(db)
      const byHand = countedByHand(dossiers.map(dossier => (
        daysByHand(seenBy(choices, dossier, termDueOf(dossier)), ALL, undefined, graceOf(choices)))),
      { ...span, ...graceOf(choices) === 1 ? { overdueTo: span.to } : {} })
      if (!isDeepStrictEqual({ ...counted }, { ...byHand })) {
        throw new Error(JSON.stringify({ choices, span, counted, byHand }))
      }
      const twice = { ...plan, keys: ['period' as const], spans: [span, { ...span, code: 'again' }] }
      const { rows: [several] } = await countedDossiers(countPlanOf(twice)).execute(db)
      if (several !== undefined && several.received !== byHand.received) throw new Error('several spans')
      const listed = async (counting: Counting) => {
        const { rows } = await dossiersOf(plan, counting).execute(db)
        return [rows.length, rows.filter(row => row.in_time).length]
      }
      const all = [await listed('ended'), await listed('handled'), await listed('due')]
      const expected = [
        [byHand.resolved, byHand.resolved_in_time],
        [byHand.resolved + byHand.pending, byHand.resolved_in_time + byHand.pending_in_time],
        [byHand.due, byHand.due_in_time]
      ]
      if (isDeepStrictEqual(all, expected)) return
      throw new Error(JSON.stringify({ choices, span, all, expected }))
    }), { numRuns: runs(60) })
    t.pass()
  })

  t.test('count the same in every state, wherever they move', async t => {
    await fc.assert(fc.asyncProperty(histories, rules, async (histories, choices) => {
      await forget(db)
      for (const versions of histories) for (const version of versions) await send(db, [itemOf(version)])
      const [inSql, inTypeScript] = [await countedInSql(db, choices), await countedInTypeScript(db, choices, termDueOf)]
      if (isDeepStrictEqual(sorted(inSql), sorted(inTypeScript))) return
      throw new Error(JSON.stringify({ choices, inSql, inTypeScript }))
    }), { numRuns: runs(60) })
    t.pass()
  })

  t.test('count the same from kept sums, and these are right', async t => {
    const choices = fc.constantFrom(PORTAL, { ...PORTAL, no_due_date: 'in_time' as const })
    const keys = fc.subarray<CountKey>(['level', 'field', 'unit', 'procedure', 'channel'])
    await fc.assert(fc.asyncProperty(histories, choices, keys, spans, async (histories, rules, keys, span) => {
      await forget(db)
      for (const versions of histories) for (const version of versions) await send(db, [itemOf(version)])
      const deviations = await rebuildRollups(db)
      if (deviations.length > 0) throw new Error(JSON.stringify(deviations))
      const plan = countPlanOf({ keys, spans: [span], unit: null, rules })
      const counted = async (plan: CountPlan) => (
        (await countedDossiers(plan).execute(db)).rows.map(row => JSON.stringify(row)).sort())
      const [kept, fromDossiers] = [await counted(plan), await counted({ ...plan, reading: 'dossiers' })]
      if (isDeepStrictEqual(kept, fromDossiers)) return
      throw new Error(JSON.stringify({ rules, plan, kept, fromDossiers }))
    }), { numRuns: runs(60) })
    t.pass()
  })

  t.test('stay open where they were stopped, also if they then move and are ended before', async t => {
    await forget(db)
    const at = (day: string) => `2021-${day}T09:00:00+07:00`
    const version = (updated: string, others: object) => ({
      code: 'a', unit: 'H56-380', procedure: '1.001612', channel: 'direct', status: 8, received_at: at('01-04'), due_at: at('01-20'),
      finished_at: at('01-08'), updated_at: at(updated), ...others
    })
    await send(db, [version('01-08', {})])
    await send(db, [version('02-01', { unit: 'H56-381', status: 10, finished_at: at('01-12') })])
    const sums = await countedInSql(db, LOCAL)
    t.same(sums['H56-381 business-registration 2021-02-01'], {
      moved: 1, moved_overdue: 1, no_longer_overdue: 1, resolved_on_time: 1
    })
    t.same(sorted(sums), sorted(await countedInTypeScript(db, LOCAL, termDueOf)))
  })
})

function sorted (sums: Sums): unknown {
  return Object.entries(sums).sort(([a], [b]) => a < b ? -1 : 1)
    .map(([key, counts]) => [key, Object.entries(counts).sort(([a], [b]) => a < b ? -1 : 1)])
}
