import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { sql } from 'kysely'
import { dossiersExplaining, onTimeExplained } from '../../../src/statistics/on-time/explain/queries.ts'
import { onTime } from '../../../src/statistics/on-time/queries.ts'
import type { OnTimeQuery } from '../../../src/statistics/on-time/schema.ts'
import { givenReform } from '../../catalogue/units/given-reform.ts'
import { forEachDatabase } from '../../database.ts'
import { runs } from '../../property.ts'
import { DOSSIERS } from '../kinds.ts'
import { DAYS, histories, PERIODS, record, report, World } from './worlds.ts'

const NOW = Date.now()
const PAGE = { limit: 1_000 }
const GROUPS = [[], ['unit'], ['level']] as const

function sumOf<R> (rows: R[], value: (row: R) => number): number {
  return Math.round(rows.reduce((sum, row) => sum + value(row), 0) * 10_000) / 10_000
}

function expectSame (actual: unknown, expected: unknown, what: string) {
  if (!isDeepStrictEqual(actual, expected)) throw new Error(`${what}: ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`)
}

forEachDatabase('figures by the units of a day, of a key that is bound to a unit', async (t, service) => {
  const { db } = service
  const reachedBy = async (unit: string) => {
    const { rows } = await sql<{ id: string }>`select id from units where ${unit} = any(reached_by) order by id`.execute(db)
    return rows.map(({ id }) => id)
  }
  /** What any question adds up: the part of each row of a unit that is reached. */
  const expectParts = async (asked: OnTimeQuery, reach: string, reached: string[]) => {
    const what = `${reach} asks ${JSON.stringify(asked)}`
    const rowsFor = async (caller: string | null) => (await onTimeExplained(db, asked, caller, NOW, '')).rows
    const dossiersFor = async (caller: string | null) => (await dossiersExplaining(db, asked, PAGE, caller, NOW)).items
    const rows = (await rowsFor(null)).filter(({ key }) => reached.includes(String(key['unit'])))
    const dossiers = (await dossiersFor(null)).filter(({ unit }) => reached.includes(unit))
    expectSame(await rowsFor(reach), rows, `${what}, rows`)
    expectSame(await dossiersFor(reach), dossiers, `${what}, dossiers`)
    const expected = {
      reported: sumOf(rows, ({ values, share }) => Number(values['received']) * share),
      records: sumOf(dossiers, ({ share }) => share)
    }
    for (const basis of ['reported', 'records'] as const) {
      for (const keys of GROUPS) {
        const { items } = await onTime(db, { ...asked, basis, group_by: [...keys] }, PAGE, reach, NOW)
        expectSame(sumOf(items, ({ received }) => received ?? 0), expected[basis], `${what}, ${basis} by ${keys.join()}`)
      }
    }
  }

  let worlds = 0
  t.test('hold the parts of the units that it reaches, and of no others', async t => {
    await fc.assert(fc.asyncProperty(histories, fc.nat(4), async ({ events, figures }, picked) => {
      // A unit of the key is merged with another, and one leaves the district of the other key.
      const merged = [picked, (picked + 1) % 5]
      const leaver = [0, 1, 2].find(n => !merged.includes(n))!
      const [from, inB] = leaver % 2 === 0 ? ['A', true] : ['B', false]
      const surely = { shares: [1], inB, level: 'commune' as const }
      const ofDays = events.with(0, [{ kind: 'merge', picked: merged, ...surely }, { kind: 'move', picked: [0], ...surely }, ...events[0]!])
      const world = new World(`R${worlds++}`)
      for (const reform of world.beginning()) await givenReform(db, reform)
      const first = [...world.living]
      for (const [i, period] of PERIODS.entries()) {
        if (i > 0) await givenReform(db, world.reform(DAYS[i]!, ofDays[i - 1]!))
        await report(service, DOSSIERS, world.living, period, figures)
        await record(db, world.living, DAYS[i]!)
      }
      for (const reach of [first[picked]!, `${world.root}-${from}`]) {
        const reached = await reachedBy(reach)
        for (const unit of reached) {
          for (const hierarchy of ['current', `as_of:${DAYS[1]}`]) {
            for (const period of PERIODS.slice(0, 2)) {
              await expectParts({ hierarchy, period: [period], unit, method: 'received' }, reach, reached)
            }
          }
        }
      }
    }), { numRuns: runs(5) })
    t.pass()
  })
})
