import { deepStrictEqual } from 'node:assert/strict'
import fc from 'fast-check'
import { units } from '../../../src/seed/catalogue/units.ts'
import { forEachDatabase } from '../../database.ts'
import { runs } from '../../property.ts'
import { instantOfDatabase } from '../../reports/life/instant.ts'

const row = fc.record({
  received: fc.integer({ min: 5, max: 9 }), resolved: fc.integer({ min: 0, max: 5 }),
  cancelled: fc.constantFrom(undefined, 0)
})
const rows: fc.Arbitrary<object[]> = fc.oneof(
  row.map(row => [row]),
  fc.uniqueArray(fc.constantFrom('land', 'construction', 'civil-status'), { minLength: 1 })
    .chain(fields => fc.tuple(...fields.map(field => row.map(row => ({ ...row, field })))))
)
const step = fc.oneof(
  fc.record({ source: fc.constantFrom('a', 'b'), rows, replace: fc.boolean() }),
  fc.record({ source: fc.constantFrom('a', 'b'), deleted: fc.constant(true) }),
  fc.constant('look' as const)
)

forEachDatabase('any sequence of reporting, replacing and deleting statistics', async (t, service) => {
  const { get, post } = service
  const communes = units().filter(({ level }) => level === 'commune')
  let run = 0

  t.test('leaves what was known at an instant as it was', async t => {
    await t.resolves(fc.assert(fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 20 }), async steps => {
      run += 1
      const of = { unit: communes[run]!.code, period: '2021-Q4' }
      const url = `/v1/dossier-statistics?unit=${of.unit}&period=${of.period}`
      const looks: { url: string, items: object[] }[] = []
      for (const taken of steps) {
        if (taken === 'look') {
          const { items } = (await get(url)).body as { items: object[] }
          looks.push({ url: `${url}&as_known_at=${await instantOfDatabase(service)}`, items })
        } else if ('deleted' in taken) await service.delete(`${url}&source=${taken.source}`)
        else {
          const items = taken.rows.map(row => ({ ...of, source: taken.source, ...row }))
          // What does not go with what is stored is refused, and changes nothing.
          await post(`/v1/dossier-statistics?replace=${taken.replace}`, { items })
        }
      }
      for (const look of looks) deepStrictEqual((await get(look.url)).body.items, look.items, look.url)
    }), { numRuns: runs(20) }))
  })
})
