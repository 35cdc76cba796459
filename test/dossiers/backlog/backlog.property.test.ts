import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { backlog } from '../../../src/dossiers/backlog/queries.ts'
import type { BacklogRow } from '../../../src/dossiers/backlog/schema.ts'
import { rebuildRollups } from '../../../src/dossiers/rollups/rebuild.ts'
import { CHANNELS } from '../../../src/dossiers/schema.ts'
import { onTime } from '../../../src/statistics/on-time/queries.ts'
import { forEachDatabase } from '../../database.ts'
import { runs } from '../../property.ts'
import { countables, instants } from '../arbitrary.ts'
import { FIELDS, LEVELS } from '../catalogue.ts'
import { forget, itemOf, mergeRollups, send } from '../given.ts'

const NOW = Date.parse('2021-04-01T10:00:00+07:00')
const PAGE = { limit: 100 }
const DAYS = ['2021-01-05', '2021-01-20', '2021-02-03', '2021-02-20', '2021-02-28', '2021-03-31']

const ON_DAY = { basis: 'records' } as const

function assertSame (found: unknown, wanted: unknown) {
  if (!isDeepStrictEqual(found, wanted)) throw new Error(JSON.stringify({ found, wanted }))
}

/** What a source may send of a dossier, one version after the other. */
const versions = fc.array(fc.record({
  dossier: countables, updated_at: instants, unit: fc.constantFrom(...Object.keys(LEVELS)),
  procedure: fc.constantFrom(...Object.keys(FIELDS))
}), { minLength: 1, maxLength: 5 })

forEachDatabase('the backlog of a past day', async (t, { db }) => {
  t.test('is what on-time figures count as pending and overdue, whatever happened to dossiers', async () => {
    await fc.assert(fc.asyncProperty(fc.array(versions, { minLength: 1, maxLength: 4 }), async all => {
      await forget(db)
      for (const [i, sent] of all.entries()) {
        for (const { dossier, updated_at: updated, ...place } of sent.toSorted((a, b) => a.updated_at - b.updated_at)) {
          const version = { ...dossier, ...place, code: `d-${i}`, updated_at: Math.max(updated, dossier.received_at) }
          await send(db, [itemOf(version)])
        }
      }
      for (const day of DAYS) {
        // What left on the day itself is pending there in a figure, so that it is in what was carried over.
        const figures = (await onTime(db, { ...ON_DAY, from: day, to: day, group_by: ['unit'] }, PAGE, null, NOW)).items
          .map(({ unit, pending, transferred_out: left }) => ({ unit, open: pending! - left! }))
          .filter(({ open }) => open > 0)
        const { items } = await backlog(db, { as_of: day, group_by: ['unit'] }, PAGE, null, NOW)
        assertSame(items.map(({ unit, open }) => ({ unit, open })), figures)
        const [figure] = (await onTime(db, { ...ON_DAY, from: day, to: day }, PAGE, null, NOW)).items
        const [{ open, overdue }] = (await backlog(db, { as_of: day }, PAGE, null, NOW)).items as [BacklogRow]
        assertSame({ open, overdue }, { open: figure!.pending, overdue: figure!.pending_overdue })
        for (const row of items) {
          const buckets = Object.entries(row).flatMap(([name, n]) => name.startsWith('due_') ? [n as number] : [])
          const ages = Object.entries(row).flatMap(([name, n]) => name.startsWith('age_') ? [n as number] : [])
          const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0)
          const parts = [row.awaiting_supplement, row.without_due_date, row.overdue, ...buckets]
          assertSame([sum(parts), sum(ages)], [row.open, row.open])
        }
      }
    }), { numRuns: runs(20), endOnFailure: true })
  })
})

/** The same, and whether it is a correction or deletes the dossier, and whether the logs are merged after it. */
const deliveries = fc.array(fc.record({
  i: fc.nat(5), dossier: countables, updated_at: instants, unit: fc.constantFrom(...Object.keys(LEVELS)),
  procedure: fc.constantFrom(...Object.keys(FIELDS)), fate: fc.constantFrom('kept', 'kept', 'kept', 'correction', 'deleted'),
  isMerged: fc.boolean()
}), { minLength: 1, maxLength: 12 })

forEachDatabase('the backlog of today', async (t, { db }) => {
  t.test('is the same from its sums as from the dossiers, whatever happened to them', async t => {
    await fc.assert(fc.asyncProperty(deliveries, async sent => {
      await forget(db)
      for (const { i, dossier, updated_at: updated, fate, isMerged, ...place } of sent) {
        const version = { ...dossier, ...place, code: `d-${i}`, updated_at: Math.max(updated, dossier.received_at) }
        await send(db, [{ ...itemOf(version), ...fate === 'kept' ? {} : { [fate]: true } }])
        if (isMerged) await mergeRollups(db)
      }
      // The last dossiers are received after the first of these days.
      for (const day of DAYS) {
        const now = Date.parse(`${day}T10:00:00+07:00`)
        for (const asked of [
          { group_by: ['unit' as const] }, {}, { unit: 'H56-380' }, { group_by: ['level' as const] },
          { group_by: ['level' as const, 'unit' as const], level: ['district'] }
        ]) {
          const bySums = await backlog(db, asked, PAGE, null, now)
          assertSame(bySums, await backlog(db, { ...asked, channel: [...CHANNELS] }, PAGE, null, now))
        }
      }
      assertSame(await rebuildRollups(db), [])
    }), { numRuns: runs(30), endOnFailure: true })
    t.pass()
  })
})
