import fc from 'fast-check'
import { sql } from 'kysely'
import { forEachDatabase, type Service } from '../../database.ts'

const UNITS = 607

/** Follows `Link` from page to page, as a client that knows nothing of cursors does. */
async function walk (get: Service['get'], first: string): Promise<{ items: any[], pages: number }> { // eslint-disable-line @typescript-eslint/no-explicit-any -- rows of any list
  const items = []
  let pages = 0
  for (let url: string | undefined = first; url !== undefined; pages++) {
    const { status, headers, body } = await get(url)
    if (status !== 200) throw new Error(`${status} for ${url}`)
    items.push(...body.items)
    url = /^<([^>]+)>; rel="next"$/.exec(headers['link'] as string | undefined ?? '')?.[1]
    if ((url === undefined) !== (body.next_cursor === null)) throw new Error('Link and next_cursor disagree')
  }
  return { items, pages }
}

function cursorOf (...values: unknown[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url')
}

forEachDatabase('a list', async (t, { get }) => {
  const all = (await get('/v1/units')).body.items

  t.test('walked from page to page gives every row exactly once, in order, whatever the limit', async t => {
    t.equal(all.length, UNITS)
    await fc.assert(fc.asyncProperty(fc.integer({ min: 60, max: 700 }), async limit => {
      const { items, pages } = await walk(get, `/v1/units?limit=${limit}`)
      t.same(items, all)
      t.equal(pages, Math.ceil(UNITS / limit))
    }), { numRuns: 8, examples: [[607], [606], [608], [100]] })
    t.same((await walk(get, '/v1/levels?limit=1')).items.map(({ code }) => code), ['province', 'district', 'commune'])
  })

  t.test('keeps its filters from page to page', async t => {
    const { items, pages } = await walk(get, '/v1/units?limit=10&level=district&level=province&q=h')
    t.ok(pages > 2)
    t.ok(items.every(({ level }) => level !== 'commune'))
    t.same(items, (await get('/v1/units?level=district,province&q=h')).body.items)
  })

  t.test('sorted by figures, some of them equal and some unknown, is complete in either direction', async t => {
    for (const sort of ['on_time_percent', '-on_time_percent', 'units_reported,-pending', '-scope,level']) {
      const url = `/v1/on-time?period=2021-Q3&group_by=unit,level&sort=${sort}`
      const { items } = await walk(get, `${url}&limit=97`)
      t.equal(new Set(items.map(({ unit }) => unit)).size, 606)
      t.same(items, (await get(url)).body.items, sort)
    }
  })

  t.test('has no next page after the last row', async t => {
    const { headers, body } = await get(`/v1/units?limit=${UNITS}`)
    t.equal(body.next_cursor, null)
    t.notOk('link' in headers)
    t.match(await get('/v1/units?q=nowhere'), { body: { items: [], next_cursor: null } })
  })

  t.test('refuses a cursor that it did not give', async t => {
    const { next_cursor: cursor } = (await get('/v1/units?limit=1')).body
    const invalid = { status: 400, body: { code: 'invalid_request', errors: [{ pointer: '/query/cursor', code: 'invalid_cursor' }] } }
    t.match(await get(`/v1/procedures?limit=1&cursor=${cursorOf('code', '2021')}`), { status: 200 }, 'another list of the same order')
    t.match(await get(`/v1/fields?cursor=${cursor}`), invalid, 'a list of another order')
    t.match(await get(`/v1/backlog?cursor=${cursor}`), invalid, 'a list of one row')
    t.match(await get(`/v1/on-time?period=2021-Q3&group_by=unit&sort=pending&cursor=${cursorOf('-pending,unit', 1, 'H56-380')}`), invalid)
    for (const garbage of ['', 'x', '%00', '!!!', cursor.slice(2), `${cursor}${cursor}`, cursorOf(), cursorOf('id'),
      cursorOf('id', 1), cursorOf('id', true), cursorOf('id', {}), cursorOf('id', ['a']), cursorOf('id', 'a', 'b'),
      cursorOf('id', 'a\0b'), cursorOf('id', '\ud800'), Buffer.from('"id"').toString('base64url'),
      Buffer.from('{"0":"id"}').toString('base64url'), Buffer.from('null').toString('base64url')]) {
      t.match(await get(`/v1/units?cursor=${garbage}`), invalid, garbage)
    }
    for (const position of ['1', null, [1], true]) {
      const { status } = await get(`/v1/fields?cursor=${cursorOf('position,code', position, 'land')}`)
      t.equal(status, position === null ? 200 : 400, String(position))
    }
    for (const day of ['2026-02-30', 5]) {
      t.match(await get(`/v1/evaluation/history?cursor=${cursorOf('unit,period,group,day', 'H56', 'cal-2026', 'total', day)}`), invalid)
    }
    t.match(await get(`/v1/units?cursor=${'a'.repeat(2001)}`), { status: 400, body: { errors: [{ code: 'invalid_length' }] } })
  })

  t.test('takes any number in a cursor, though no row has it', async t => {
    const fields = (await get('/v1/fields')).body.items
    for (const position of [1.5, -1e300, 1e300, 0.1 + 0.2, 2 ** 53]) {
      const { status, body } = await get(`/v1/fields?cursor=${cursorOf('position,code', position, '')}`)
      t.equal(status, 200)
      t.same(body.items, fields.filter((field: { position: number }) => field.position > position), String(position))
    }
  })
})

forEachDatabase('a list stays right while rows come and go', async (t, { db, get }) => {
  const first = await get('/v1/fields?limit=5')
  const [before, , , , last] = first.body.items
  await sql`update fields set position = position + 1000 where code <> all(${first.body.items.map(({ code }: { code: string }) => code)})`.execute(db)
  await sql`insert into fields values ('early', 'Sớm', 0), ('late', 'Muộn', 900)`.execute(db)
  await sql`delete from fields where code = ${before.code} and not exists (select 1 from procedures where field = ${before.code})`.execute(db)
  const rest = (await get(`/v1/fields?limit=3&cursor=${first.body.next_cursor}`)).body.items
  t.equal(rest[0].code, 'late', 'a row after the last one seen is found')
  t.ok(rest.every(({ position }: { position: number }) => position > last.position), 'none comes twice')
})
