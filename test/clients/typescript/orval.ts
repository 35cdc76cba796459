import assert from 'node:assert/strict'
import axios from 'axios'
import { importDossiers, listUnits, postDossierStatistics } from './generated/orval'
import { baseUrl, key, lines, row } from './rows'

Object.assign(axios.defaults, { baseURL: baseUrl })
axios.defaults.headers.common.Authorization = `Bearer ${key}`

const units = await listUnits({ level: ['district'], limit: 2 }, { paramsSerializer: { indexes: null } })
assert.deepEqual(units.data.items.map(({ level }) => level), ['district', 'district'])

const posted = await postDossierStatistics({ items: [row] })
assert.equal(posted.data.received, 1)

const streamed = await importDossiers(new Blob([lines]), { source: 'one-stop' })
assert.equal(streamed.data.received, 2)
assert.equal(streamed.data.errors[0]?.line, 2)
