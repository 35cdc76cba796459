import assert from 'node:assert/strict'
import { importDossiers, listUnits, postDossierStatistics } from './generated/hey-api'
import { client } from './generated/hey-api/client.gen'
import { baseUrl, key, lines, row } from './rows'

client.setConfig({ baseUrl, auth: key })

const units = await listUnits({ query: { level: ['district'], limit: 2 } })
assert.deepEqual(units.data?.items.map(({ level }) => level), ['district', 'district'], JSON.stringify(units.error))

const posted = await postDossierStatistics({ body: { items: [row] } })
assert.equal(posted.data?.received, 1, JSON.stringify(posted.error))

const streamed = await importDossiers({ query: { source: 'one-stop' }, body: new Blob([lines]) })
assert.equal(streamed.data?.received, 2, JSON.stringify(streamed.error))
assert.equal(streamed.data.errors[0]?.line, 2)
