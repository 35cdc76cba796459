import { readSheet } from 'read-excel-file/node'
import { UNKNOWN_COLUMNS } from '../../../src/form-ii06a/unknown.ts'
import { forEachDatabase } from '../../database.ts'

const TABLES = [
  '/v1/on-time?period=2021-Q3&group_by=unit', '/v1/on-time?basis=records&period=2021-Q3',
  '/v1/units/H56/on-time-series?from=2021-08&to=2021-10', '/v1/units/H56/on-time-series?basis=records&from=2021-08&to=2021-08',
  '/v1/forms/ii-06a/H56/2021-Q3?basis=reported', '/v1/forms/ii-06a/H56/2050?basis=records'
]
const FIGURES = [
  '/v1/on-time/explain?period=2021-Q3', '/v1/on-time/explain?basis=records&period=2021-Q3', '/v1/on-time/explain?period=2050'
]
const ALL = UNKNOWN_COLUMNS.toSorted()

forEachDatabase('in how many rows a measure is unknown', async (t, { app, get }) => {
  const columnsIn = (text: string) => [...new Set(text.match(/\w+_unknown\b/g))].sort()

  t.test('is told on request alone, in every format', async t => {
    for (const url of TABLES) {
      for (const format of ['json', 'ndjson', 'csv']) {
        t.same(columnsIn((await get(`${url}&format=${format}`)).text), [], `${url} as ${format}`)
        t.same(columnsIn((await get(`${url}&format=${format}&unknown=true`)).text), ALL, `${url} as ${format}, on request`)
      }
      // That of a form is the paper, with its columns alone.
      if (url.startsWith('/v1/forms/')) continue
      const [head] = await readSheet((await app.inject(`${url}&format=xlsx`)).rawPayload)
      const [fullHead] = await readSheet((await app.inject(`${url}&format=xlsx&unknown=true`)).rawPayload)
      t.same(head, fullHead!.filter(name => !String(name).endsWith('_unknown')), `${url} as xlsx`)
      t.equal(fullHead!.length, head!.length + ALL.length)
    }
    for (const url of FIGURES) {
      t.same(columnsIn((await get(url)).text), [], url)
      t.same(columnsIn((await get(`${url}&unknown=false`)).text), [], url)
      t.same(columnsIn((await get(`${url}&unknown=true`)).text), ALL, `${url}, on request`)
    }
  })

  t.test('takes nothing away from a row, and is nearly half as long as all the rest', async t => {
    const [url] = TABLES as [string]
    const { body: { items: rows }, text } = await get(url)
    const { body: { items: full }, text: fullText } = await get(`${url}&unknown=true`)
    t.equal(rows.length, 606)
    t.same(full.map((row: object) => Object.fromEntries(Object.entries(row).filter(([name]) => !name.endsWith('_unknown')))), rows)
    t.ok(text.length < 0.75 * fullText.length, `${text.length} of ${fullText.length} bytes`)
  })

  t.test('is no column to sort by unless it is asked for', async t => {
    t.match(await get('/v1/on-time?period=2021-Q3&group_by=level&sort=level,-resolved_unknown,pending_unknown'), {
      status: 400,
      body: { errors: [
        { pointer: '/query/sort', code: 'needs_unknown', detail: /^-resolved_unknown needs unknown=true/ },
        { code: 'needs_unknown', detail: /^pending_unknown / }
      ] }
    })
    const url = '/v1/on-time?period=2021-Q3&group_by=level&sort=-resolved_early_unknown&unknown=true'
    const { items } = (await get(url)).body
    const [last, ...others] = items.map((row: Record<string, number>) => row['resolved_early_unknown']).toReversed()
    t.ok(others.every((count: number) => count >= last))
    const { next_cursor: cursor } = (await get(`${url}&limit=1`)).body
    t.same((await get(`${url}&cursor=${cursor}`)).body.items, items.slice(1))
  })

  t.test('does not matter to the dossiers behind a figure', async t => {
    const { dossiers_url: url } = (await get('/v1/on-time/explain?basis=records&period=2021-Q3&unknown=true')).body
    t.equal(url, '/v1/on-time/explain/dossiers?period=2021-Q3')
    t.match(await get(url), { status: 200 })
  })
})
