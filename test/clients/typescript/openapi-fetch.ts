import assert from 'node:assert/strict'
import createClient from 'openapi-fetch'
import type { paths } from './generated/openapi-fetch'
import { baseUrl, key, lines, row } from './rows'

const client = createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${key}` } })

const units = await client.GET('/v1/units', { params: { query: { level: ['district'], limit: 2 } } })
assert.deepEqual(units.data?.items.map(({ level }) => level), ['district', 'district'], JSON.stringify(units.error))

const posted = await client.POST('/v1/dossier-statistics', { body: { items: [row] } })
assert.equal(posted.data?.received, 1, JSON.stringify(posted.error))

const streamed = await client.POST('/v1/imports', {
  params: { query: { source: 'one-stop' } },
  headers: { 'content-type': 'application/octet-stream' },
  body: lines,
  bodySerializer: body => body
})
assert.equal(streamed.data?.received, 2, JSON.stringify(streamed.error))
assert.equal(streamed.data.errors[0]?.line, 2)
