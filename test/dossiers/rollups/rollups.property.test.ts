import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { sql } from 'kysely'
import type { Db } from '../../../src/database/connect.ts'
import { dayOf, parseDay, quarterOf, sliceOf } from '../../../src/time/business-day.ts'
import { KEPT_RULES, type KeptRules } from '../../../src/dossiers/counting-rules/kept.ts'
import { graceOf, seenBy } from '../../../src/dossiers/counting-rules/seen.ts'
import type { Details } from '../../../src/dossiers/details/details.ts'
import { endOf, type Countable } from '../../../src/dossiers/rules/events.ts'
import { measuresOf, type RollupTable } from '../../../src/dossiers/rollups/families.ts'
import { cellsOf } from '../../../src/dossiers/rollups/log.ts'
import { rebuildRollups } from '../../../src/dossiers/rollups/rebuild.ts'
import type { DossierItem } from '../../../src/dossiers/schema.ts'
import { forEachDatabase } from '../../database.ts'
import { runs } from '../../property.ts'
import { countables } from '../arbitrary.ts'
import { daysByHand } from '../by-hand.ts'
import { FIELDS, LEVELS, nameOf } from '../catalogue.ts'
import { forget, itemOf, mergeRollups, send, storedDossiers } from '../given.ts'

const UPDATED = Date.parse('2021-03-15T08:00:00+07:00')
const SPAN = { first: parseDay('2020-12-01'), last: parseDay('2021-06-30') }

interface Version extends Countable {
  code: string
  unit: string
  procedure: string
  deleted: boolean
}

/** Versions of one dossier, each of another time; a deletion may be of the same time as a version. */
const history = fc.record({
  code: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h').map(letter => `000.00.00.H56-210101-${letter}`),
  versions: fc.array(fc.tuple(
    countables, fc.constantFrom(...Object.keys(LEVELS)), fc.constantFrom(...Object.keys(FIELDS)),
    fc.constantFrom('kept', 'kept', 'kept', 'deleted', 'deleted at once')
  ), { minLength: 1, maxLength: 5 })
}).map(({ code, versions }) => versions.flatMap(([dossier, unit, procedure, fate], i): Version[] => {
  const version = { ...dossier, code, unit, procedure, updated_at: UPDATED + i * 1_000_000, deleted: fate === 'deleted' }
  return fate === 'deleted at once' ? [version, { ...version, deleted: true }] : [version]
}))

const histories = fc.uniqueArray(history, { minLength: 1, maxLength: 8, selector: versions => versions[0]!.code })

/** Some versions come twice, all in any order, in chunks of any size. */
const deliveries = histories.chain(histories => {
  const all = histories.flat()
  return fc.record({
    histories: fc.constant(histories),
    sent: fc.tuple(fc.shuffledSubarray(all, { minLength: all.length }), fc.subarray(all)).map(parts => parts.flat()),
    size: fc.integer({ min: 1, max: 12 })
  })
})

type Row = Record<string, string | number>

/** By how much kept rules count a version otherwise, by day. */
function differencesByHand ({ choices }: KeptRules, version: Version): Map<number, Record<string, number>> {
  const differences = new Map<number, Record<string, number>>()
  const add = (days: ReturnType<typeof daysByHand>, sign: 1 | -1) => {
    for (const [day, figures] of days) {
      const sums = differences.get(day) ?? {}
      differences.set(day, sums)
      for (const [measure, count] of Object.entries(figures)) sums[measure] = (sums[measure] ?? 0) + sign * count
    }
  }
  add(daysByHand(seenBy(choices, version, null), SPAN, undefined, graceOf(choices)), 1)
  add(daysByHand(version, SPAN), -1)
  return differences
}

/** What is known of a result, and whether it is true. */
function answersOf (said: Details): Record<string, boolean | undefined> {
  const isMore = (count: number | undefined) => count === undefined ? undefined : count > 0
  const digitised = isMore(said.digitised_parts)
  const online = said.payment_channel === undefined ? undefined : said.payment_channel === 'online'
  return {
    electronic_result: said.electronic_result, digitised,
    digitised_with_result: digitised === undefined || said.electronic_result === undefined
      ? undefined
      : digitised && said.electronic_result,
    data_reused: said.data_reused, national_store: isMore(said.national_store_parts),
    population_data: said.identity_verified === true ? true : isMore(said.databases_used) ?? said.identity_verified,
    ...hasFee(said) ? { paid_online: said.paid_online ?? online ?? (said.fee_paid === 0 ? false : undefined) } : {}
  }
}

function hasFee ({ fee_due: due, has_fee: has }: Details): boolean {
  return due === undefined ? has === true : due > 0
}

/** What a result counts for; null: it is none. */
function resultByHand ({ details, ...version }: Version): { day: number, counts: Record<string, number> } | null {
  if (version.status < 9) return null
  const said = details ?? {}
  const counts: Record<string, number> = { results: 1, results_with_fee: Number(hasFee(said)) }
  for (const [name, is] of Object.entries(answersOf(said))) {
    counts[`${name}_known`] = Number(is !== undefined)
    counts[name] = Number(is === true)
  }
  return { day: dayOf(endOf({ ...version, details })!), counts }
}

/** The sums as rows by their keys, without what is 0. */
function summed (newest: Version[]): Record<string, Row> {
  const sums: Record<string, Row> = {}
  for (const version of newest.filter(({ deleted }) => !deleted)) {
    const [level, field] = [LEVELS[version.unit]!, FIELDS[version.procedure]!]
    const { procedure, channel } = version
    for (const kept of KEPT_RULES) {
      for (const [day, figures] of differencesByHand(kept, version)) {
        const [slice, quarter] = [sliceOf(day), quarterOf(day)].map(nameOf)
        for (const key of [
          `${version.unit} ${field} ${channel} ${slice}`, `${version.unit} of ${quarter}`, `${version.unit} on ${nameOf(day)}`, `${level} ${channel} ${nameOf(day)}`,
          `${procedure} ${level} ${field} ${slice}`, `${procedure} ${level} ${field} of ${quarter}`,
          `${procedure} ${level} ${field} on ${nameOf(day)}`
        ]) {
          const row = sums[`${kept.code} ${key}`] ??= {}
          for (const [measure, count] of Object.entries(figures)) row[measure] = Number(row[measure] ?? 0) + count
        }
      }
    }
  }
  for (const version of newest.filter(({ deleted }) => !deleted)) {
    const [level, field] = [LEVELS[version.unit]!, FIELDS[version.procedure]!]
    const { procedure, channel } = version
    const result = resultByHand(version)
    if (result !== null) {
      const [slice, quarter] = [sliceOf(result.day), quarterOf(result.day)].map(nameOf)
      for (const key of [
        `${version.unit} results in ${field} ${slice}`, `${version.unit} results of ${quarter}`,
        `${version.unit} results on ${nameOf(result.day)}`
      ]) {
        const row = sums[key] ??= {}
        for (const [measure, count] of Object.entries(result.counts)) row[measure] = Number(row[measure] ?? 0) + count
      }
    }
    for (const [day, figures] of daysByHand(version, SPAN)) {
      const [slice, quarter] = [sliceOf(day), quarterOf(day)].map(nameOf)
      for (const key of [
        `${version.unit} ${field} ${channel} ${slice}`, `${version.unit} of ${quarter}`, `${version.unit} on ${nameOf(day)}`, `${level} ${field} ${slice}`,
        `${level} ${channel} of ${slice}`, `${level} ${channel} ${nameOf(day)}`,
        `${procedure} ${level} ${field} ${slice}`, `${procedure} ${level} ${field} of ${quarter}`,
        `${procedure} ${level} ${field} on ${nameOf(day)}`
      ]) {
        const row = sums[key] ??= {}
        for (const [measure, count] of Object.entries(figures)) row[measure] = Number(row[measure] ?? 0) + count
      }
    }
  }
  return withoutZeros(sums)
}

async function keptSums (db: Db): Promise<Record<string, Row>> {
  const rows = async (table: RollupTable, ...key: string[]) => {
    const { rows } = await sql<Row>`select * from ${cellsOf(table)}`.execute(db)
    return [...Map.groupBy(rows, row => key.map(name => row[name] ?? name).join(' '))].map(([key, cells]) => [
      key,
      Object.fromEntries(measuresOf(table).map(name => (
        [name, cells.reduce((sum, cell) => sum + Number(cell[name]), 0)])))
    ] as const)
  }
  return withoutZeros(Object.fromEntries([
    ...await rows('dossier_sums_by_desk', 'unit', 'field', 'channel', 'slice'),
    ...await rows('dossier_sums_by_procedure', 'procedure', 'level', 'field', 'slice'),
    ...await rows('dossier_sums_by_procedure_quarter', 'procedure', 'level', 'field', 'of', 'quarter'),
    ...await rows('dossier_sums_by_procedure_day', 'procedure', 'level', 'field', 'on', 'day'),
    ...await rows('dossier_sums_by_unit_quarter', 'unit', 'of', 'quarter'),
    ...await rows('dossier_sums_by_unit_day', 'unit', 'on', 'day'),
    ...await rows('dossier_sums_by_level', 'level', 'field', 'slice'),
    ...await rows('dossier_sums_by_channel', 'level', 'channel', 'of', 'slice'),
    ...await rows('dossier_sums_by_day', 'level', 'channel', 'day'),
    ...await rows('dossier_differences_by_desk', 'rules', 'unit', 'field', 'channel', 'slice'),
    ...await rows('dossier_differences_by_unit_quarter', 'rules', 'unit', 'of', 'quarter'),
    ...await rows('dossier_differences_by_unit_day', 'rules', 'unit', 'on', 'day'),
    ...await rows('dossier_differences_by_procedure', 'rules', 'procedure', 'level', 'field', 'slice'),
    ...await rows('dossier_differences_by_procedure_quarter', 'rules', 'procedure', 'level', 'field', 'of', 'quarter'),
    ...await rows('dossier_differences_by_procedure_day', 'rules', 'procedure', 'level', 'field', 'on', 'day'),
    ...await rows('dossier_differences_by_day', 'rules', 'level', 'channel', 'day'),
    ...await rows('dossier_results_by_field', 'unit', 'results in', 'field', 'slice'),
    ...await rows('dossier_results_by_unit_quarter', 'unit', 'results of', 'quarter'),
    ...await rows('dossier_results_by_unit_day', 'unit', 'results on', 'day')
  ]))
}

function withoutZeros (sums: Record<string, Row>): Record<string, Row> {
  return Object.fromEntries(Object.entries(sums).flatMap(([key, row]) => {
    const counts = Object.entries(row).filter(([, count]) => count !== 0)
    return counts.length === 0 ? [] : [[key, Object.fromEntries(counts)] as const]
  }))
}

function itemsOf (versions: Version[]): DossierItem[] {
  // Of corrections the newest alone counts.
  return versions.map(({ deleted, ...version }) => (
    { ...itemOf(version), correction: true, ...(deleted ? { deleted } : {}) }))
}

function chunksOf (versions: Version[], size: number): Version[][] {
  return Array.from({ length: Math.ceil(versions.length / size) }, (_, i) => versions.slice(i * size, (i + 1) * size))
}

async function holds (db: Db, newest: Version[]): Promise<boolean> {
  const stored = await storedDossiers(db)
  const expected = newest.toSorted((a, b) => a.code < b.code ? -1 : 1)
  return (await rebuildRollups(db)).length === 0 &&
    isDeepStrictEqual(await keptSums(db), summed(newest)) &&
    isDeepStrictEqual(
      stored.map(({ code, unit, status, updated_at: updated }) => [code, status === 0 ? '' : unit, status, Date.parse(updated)]),
      expected.map(({ code, unit, status, deleted, updated_at }) => [code, deleted ? '' : unit, deleted ? 0 : status, updated_at]))
}

forEachDatabase('the sums of dossiers', async (t, { db }) => {
  t.test('equal a count of the newest versions by hand and by SQL, whatever the order and the senders', async t => {
    await fc.assert(fc.asyncProperty(deliveries, async ({ histories, sent, size }) => {
      await forget(db)
      const chunks = chunksOf(sent, size).map(itemsOf)
      const results = await Promise.all([0, 1, 2].map(async writer => {
        const outcomes = []
        const own = chunks.filter((_, i) => i % 3 === writer)
        for (const chunk of own) {
          outcomes.push(...(await send(db, chunk)).outcomes)
          if (writer === 0) await mergeRollups(db)
        }
        return outcomes
      }))
      if (results.flat().includes('rejected')) throw new Error('rejected')
      return holds(db, histories.map(versions => versions.at(-1)!))
    }), { numRuns: runs(40) })
    t.pass()
  })

  t.test('are the same after all of it has been sent once more', async t => {
    await fc.assert(fc.asyncProperty(deliveries, async ({ histories, sent, size }) => {
      await forget(db)
      for (const chunk of chunksOf(sent, size)) await send(db, itemsOf(chunk))
      const versions = (await sql`select * from dossier_versions order by id`.execute(db)).rows
      const newest = histories.map(versions => versions.at(-1)!)
      const { outcomes } = await send(db, itemsOf(newest))
      if (outcomes.some(outcome => outcome !== 'unchanged')) return false
      const { outcomes: late } = await send(db, itemsOf(sent))
      if (late.some(outcome => outcome !== 'unchanged' && outcome !== 'stale')) return false
      return isDeepStrictEqual((await sql`select * from dossier_versions order by id`.execute(db)).rows, versions) &&
        holds(db, newest)
    }), { numRuns: runs(20) })
    t.pass()
  })
})
