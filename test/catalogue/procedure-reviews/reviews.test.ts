import { givenClient } from '../../client.ts'
import { forEachDatabase } from '../../database.ts'

const DEPARTMENTS = 11
const review = (given = {}) => ({ unit: 'H56-380', procedure: '1.001193', period: '2021-H1', proposal: 'amend', outcome: 'accepted', ...given })

forEachDatabase('reviews of procedures', async (t, service) => {
  const { get, post } = service
  const departments = (await get('/v1/units?level=province&limit=100')).body.items
    .map(({ id }: { id: string }) => id).filter((id: string) => id !== 'H56').slice(0, DEPARTMENTS)

  t.test('of the 2021 half year are 24 procedures of 11 departments', async t => {
    await post('/v1/procedures', {
      items: Array.from({ length: 24 }, (_, i) => ({
        code: `9.${i}`, name: 'Thủ tục', field: 'land', level: 'province', interlinked: 'none', valid_from: '2020-01-01'
      }))
    })
    const items = Array.from({ length: 24 }, (_, i) => (
      review({ unit: departments[i % DEPARTMENTS], procedure: `9.${i}`, outcome: i < 20 ? 'accepted' : 'pending' })))
    t.match((await post('/v1/procedure-reviews', { items })).body, { received: 24, created: 24 })
    t.same((await get('/v1/procedure-reviews/counts?period=2021-H1')).body.items, [
      { period: '2021-H1', unit: null, procedures: 24, units: 11, pending: 4, accepted: 20, rejected: 0, carried_out: 0 }
    ])
    const rows = (await get('/v1/procedure-reviews/counts?period=2021-H1&group_by=unit')).body.items
    t.same(rows.map(({ procedures }: { procedures: number }) => procedures).toSorted(), [...Array(9).fill(2), 3, 3])
  })

  t.test('are created, updated and unchanged by unit, procedure and period', async t => {
    t.match((await post('/v1/procedure-reviews', { items: [review({ note: 'Cắt giảm' })] })).body, { created: 1 })
    t.match((await post('/v1/procedure-reviews', { items: [review({ note: 'Cắt giảm' })] })).body, { unchanged: 1 })
    t.match((await post('/v1/procedure-reviews', { items: [review({ outcome: 'carried_out' })] })).body, { updated: 1 })
    t.same((await get('/v1/procedure-reviews?unit=H56-380&period=2021-H1&outcome=carried_out')).body.items, [review({ outcome: 'carried_out', note: null })])
    t.same((await get('/v1/procedure-reviews?procedure=1.001193&outcome=rejected')).body.items, [])
    t.match((await post('/v1/procedure-reviews', { items: [] })).body, { received: 0 })
  })

  t.test('that are at fault are refused with all that is wrong', async t => {
    const faults = async (...items: object[]) => (await post('/v1/procedure-reviews', { items })).body.errors
      .map(({ pointer, code }: Record<string, string>) => `${pointer} ${code}`).toSorted()
    t.same(await faults(review({ unit: 'none', procedure: 'none', period: 'none' })),
      ['/items/0/period unknown_period', '/items/0/procedure unknown_procedure', '/items/0/unit unknown_unit'])
    t.same(await faults(review({ period: 'none' })), ['/items/0/period unknown_period'])
    t.same(await faults(review(), review()), ['/items/0 duplicate_key', '/items/1 duplicate_key'])
    t.same(await faults(review({ proposal: 'x', note: 7 })), ['/items/0/note invalid_type', '/items/0/proposal not_allowed'])
  })

  t.test('are those of the units that a key reaches', async t => {
    const { headers } = await givenClient(service, 'of-district', { scopes: ['read', 'write:catalogue'], unit: 'H56-381' })
    t.match(await post('/v1/procedure-reviews', { items: [review()] }, headers), { status: 403, body: { code: 'forbidden_rows' } })
    t.match(await post('/v1/procedure-reviews', { items: [review({ unit: 'H56-381' })] }, headers), { status: 200 })
    t.match((await get('/v1/procedure-reviews', headers)).body.items, [{ unit: 'H56-381' }])
    t.match((await get('/v1/procedure-reviews/counts', headers)).body.items, [{ procedures: 1, units: 1 }])
    t.equal((await get('/v1/procedure-reviews?unit=H56-380', headers)).status, 400)
  })
})
