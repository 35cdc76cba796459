import type { IndicatorValue } from '../../../src/reports/indicators/schema.ts'
import { forEachDatabase } from '../../database.ts'

forEachDatabase('indicator values', async (t, { get, post }) => {
  const ofDistrict = { unit: 'H56-380', period: '2021-Q3', indicator: '3.4.2', number: 97.24 }
  t.match(await post('/v1/indicator-values', { items: [ofDistrict] }), { status: 200, body: { created: 1 } })

  async function keys (query: string) {
    const { body } = await get(`/v1/indicator-values?${query}`)
    return body.items.map(({ period, unit, indicator }: IndicatorValue) => `${period} ${unit} ${indicator}`)
  }

  t.test('are listed as stored, by period, unit, form and indicator', async t => {
    const { body } = await get('/v1/indicator-values')
    t.equal(body.items.length, 96 + 1)
    t.strictSame(body.items.at(-1), {
      unit: 'H56-380', period: '2021-Q3', form: 'cchc-2021', indicator: '3.4.2', state: 'reported', number: 97.24,
      numerator: null, denominator: null, choice: null, printed: '97,24', note: null
    })
    const listed = await keys('')
    t.same(listed, listed.toSorted())
  })

  t.test('are found by unit and all below it, under any of its names', async t => {
    t.same(await keys('unit=H56-380'), ['2021-Q3 H56-380 3.4.2'])
    t.same(await keys('unit=gso:380'), ['2021-Q3 H56-380 3.4.2'])
    t.equal((await keys('unit=H56')).length, 97)
    t.match(await get('/v1/indicator-values?unit=H57'), {
      status: 400, body: { errors: [{ pointer: '/query/unit', code: 'unknown_unit' }] }
    })
  })

  t.test('are found by period, form, indicator and state', async t => {
    t.same(await keys('period=2021-Q3'), ['2021-Q3 H56-380 3.4.2'])
    t.same(await keys('indicator=3.4.2,3.1.3'), ['2021-H1 H56 3.1.3', '2021-H1 H56 3.4.2', '2021-Q3 H56-380 3.4.2'])
    t.same(await keys('form=other'), [])
    t.same(await keys('state=not_provided'), ['2021-H1 H56 1.4', '2021-H1 H56 3.2.1'])
    t.equal((await keys('state=reported,no_data,not_provided')).length, 97)
  })

  t.test('come page by page', async t => {
    const first = (await get('/v1/indicator-values?limit=96')).body
    const rest = (await get(`/v1/indicator-values?limit=96&cursor=${first.next_cursor}`)).body
    t.match(rest, { items: [{ unit: 'H56-380' }], next_cursor: null })
  })

  t.test('can be posted again as they were read', async t => {
    const { items } = (await get('/v1/indicator-values')).body
    t.match(await post('/v1/indicator-values', { items }), { status: 200, body: { received: 97, unchanged: 97 } })
  })
})
