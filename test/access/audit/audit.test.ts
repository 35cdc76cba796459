import type { Answer } from '../../database.ts'
import { ADMIN, forEachDatabase } from '../../database.ts'
import { givenClient } from '../../client.ts'
import { ADMIN_KEY } from '../../template.ts'

const URL = '/v1/dossier-statistics'
const row = (more: object = {}) => ({ unit: 'H56-380', period: '2024-Q1', source: 'one-stop', received: 1, ...more })
const SOURCE = { name: 'Một cửa', precedence: 100, synthetic: false }

forEachDatabase('a write leaves', async (t, service) => {
  const { get, post, put } = service
  const audit = async (query = '') => {
    const { status, text, body } = await get(`/v1/audit?client=tests&${query}`, ADMIN)
    if (status !== 200) throw new Error(text)
    return body.items
  }
  /** What the last request left. */
  const left = async ({ headers }: Answer) => audit(`request_id=${String(headers['x-request-id'])}`)

  t.test('who, when and by which operation', async t => {
    const since = Date.now()
    const answer = await post(URL, { items: [row()] })
    const [entry] = await left(answer)
    t.match(entry, {
      resource: 'dossier-statistics', action: 'created', unit: 'H56-380', client: 'tests', key_id: ADMIN_KEY.split('_')[1],
      request_id: String(answer.headers['x-request-id']), address: '127.0.0.1', operation: 'postDossierStatistics', reason: null,
      key: { unit: 'H56-380', period: '2024-Q1', source: 'one-stop', scope: 'own', field: null, procedure: null },
      before: null, after: { received: 1, resolved: null }
    })
    t.notOk('unit' in entry.after, 'what is in the key is told once')
    t.ok(Date.parse(entry.at) >= since - 1_000 && Date.parse(entry.at) <= Date.now() + 1_000)
  })

  t.test('of a changed row what differs, of a deleted one all of it', async t => {
    t.match(await left(await post(URL, { items: [row({ received: 2 })] })), [
      { action: 'updated', before: { received: 1 }, after: { received: 2 } }
    ])
    const [updated] = await audit('limit=1')
    const { reported_at: first, ...before } = updated.before
    const { reported_at: second, ...after } = updated.after
    t.same([before, after], [{ received: 1 }, { received: 2 }])
    t.ok(Date.parse(first) < Date.parse(second), 'and when it was reported')
    const replaced = await left(await post(`${URL}?replace=true`, { items: [row({ field: 'land' })] }))
    t.match(replaced.toSorted((a: { action: string }, b: { action: string }) => a.action.localeCompare(b.action)), [
      { action: 'created', key: { field: 'land' }, before: null },
      { action: 'deleted', key: { field: null }, before: { received: 2, resolved: null }, after: null }
    ])
  })

  t.test('it of indicator values and procedures', async t => {
    t.match(await left(await post('/v1/indicator-values', { items: [{ unit: 'H56', period: '2021-H1', indicator: '3.1.3', printed: '9' }] })), [
      { resource: 'indicator-values', action: 'updated', unit: 'H56', key: { indicator: '3.1.3' }, after: { printed: '9', number: 9 } }
    ])
    const procedure = {
      code: '9.999001', name: 'Thử', field: 'civil-status', level: 'commune', online_service_level: '4', interlinked: 'none',
      valid_from: '2020-01-01'
    }
    t.match(await left(await post('/v1/procedures', { items: [procedure] })), [
      { resource: 'procedures', action: 'created', unit: null, key: { code: '9.999001' }, after: { name: 'Thử' } }
    ])
  })

  t.test('it of sources, clients and keys', async t => {
    t.match(await left(await put('/v1/sources/new', SOURCE)), [{ resource: 'sources', action: 'created', after: { ...SOURCE, version: 1 } }])
    const [source] = await left(await put('/v1/sources/new', { ...SOURCE, precedence: 7 }))
    t.same([source.before, source.after], [{ precedence: 100, version: 1 }, { precedence: 7, version: 2 }])
    await put('/v1/clients/reader', { name: 'x', scopes: ['read'] })
    const [client] = await left(await put('/v1/clients/reader', { name: 'x', scopes: ['read', 'admin'] }))
    t.match(client, { resource: 'clients', action: 'updated', key: { code: 'reader' } })
    t.same([client.before, client.after], [{ scopes: ['read'], version: 1 }, { scopes: ['read', 'admin'], version: 2 }])
    const made = await post('/v1/clients/reader/keys', undefined)
    const [created] = await left(made)
    t.match(created, { resource: 'client-keys', action: 'created', key: { id: made.body.id }, operation: 'createClientKey' })
    t.notMatch(JSON.stringify(created), made.body.key)
    const [revoked] = await left(await service.delete(`/v1/clients/reader/keys/${made.body.id}`))
    t.match(revoked, { action: 'updated', before: { revoked_at: null }, operation: 'revokeClientKey' })
    t.same(revoked.key, created.key, 'one key has one name')
    t.same(Object.keys(revoked.after), ['revoked_at'])
  })

  t.test('why, in Vietnamese as it is or percent-encoded', async t => {
    const why = 'Sửa số liệu theo công văn 12'
    let n = 10
    const reasoned = async (reason: string) => (await left(await post(URL, { items: [row({ field: 'land', received: n++ })] }, { 'x-reason': reason })))[0].reason
    t.equal(await reasoned(Buffer.from(why).toString('latin1')), why)
    t.equal(await reasoned(encodeURIComponent(why)), why)
    t.equal(await reasoned(encodeURIComponent(why.normalize('NFD'))), why)
    t.equal(await reasoned('100 % done'), '100 % done')
    t.equal(await reasoned(''), null)
    for (const reason of ['\xff', '%ff', 'a%00b', '%e1%ba']) {
      t.match(await post(URL, { items: [row({ field: 'land', received: 99 })] }, { 'x-reason': reason }), {
        status: 400, body: { errors: [{ pointer: '/headers/x-reason', code: 'not_text' }] }
      }, reason)
    }
    t.match(await post(URL, { items: [] }, { 'x-reason': 'x'.repeat(3_001) }), { status: 400, body: { errors: [{ pointer: '/headers/x-reason' }] } })
  })

  t.test('nothing where nothing is different, tried out or refused', async t => {
    const [{ position }] = await audit('limit=1')
    const { body: { items: [{ received }] } } = await get(`${URL}?period=2024-Q1`)
    const same = row({ field: 'land', received })
    t.match((await post(URL, { items: [same] })).body, { unchanged: 1 })
    t.match((await post(`${URL}?dry_run=true`, { items: [row({ field: 'land', received: 1000 })] })).body, { updated: 1 })
    t.equal((await post(URL, { items: [row({ field: 'land', received: 1000 }), row({ unit: 'H56-999' })] })).status, 422)
    await put('/v1/sources/new', { ...SOURCE, precedence: 7 })
    await put('/v1/clients/reader', { name: 'x', scopes: ['admin'] }, { 'if-match': '"1"' })
    t.equal((await audit('limit=1'))[0].position, position)
  })
})

forEachDatabase('the audit', async (t, service) => {
  const { get, post } = service
  await post(URL, { items: [row(), row({ unit: 'H56-14755' }), row({ unit: 'H56-381' })] })
  await service.put('/v1/sources/new', SOURCE)
  const list = (query = '', headers: Record<string, string> = ADMIN) => get(`/v1/audit?${query}`, headers)
  const unitsOf = ({ body }: Answer) => [...new Set(body.items.map(({ unit }: { unit: string }) => unit))].toSorted()

  t.test('tells the latest first, a page at a time', async t => {
    const { body: all } = await list('limit=10')
    t.match(all.items[0], { resource: 'sources', key: { code: 'new' } })
    const first = (await list('limit=3')).body
    const rest = (await list(`limit=7&cursor=${first.next_cursor}`)).body
    t.same([...first.items, ...rest.items], all.items)
  })

  t.test('is filtered by unit with all below it, resource, client, request and time', async t => {
    t.same(unitsOf(await list('unit=H56-380&client=tests')), ['H56-14755', 'H56-380'])
    t.same(unitsOf(await list('unit=H56-381&client=tests')), ['H56-381'])
    t.match((await list('resource=sources&client=tests')).body.items, [{ key: { code: 'new' } }])
    t.same((await list('client=nobody')).body.items, [])
    t.same((await list('request_id=none')).body.items, [])
    const { body: { items: [{ at }] } } = await list('limit=1')
    t.same((await list(`from=${at}`)).body.items.length, 1)
    t.same((await list(`to=2021-01-01T00:00:00Z`)).body.items, [])
    t.not((await list(`client=tests&to=${at}`)).body.items.length, 0)
    t.match(await list('unit=H56-999'), { status: 400, body: { errors: [{ pointer: '/query/unit', code: 'unknown_unit' }] } })
    t.equal((await list('from=yesterday')).status, 400)
    t.equal((await list('why=x')).status, 400)
  })

  t.test('shows to who manages a district that district alone', async t => {
    const { headers } = await givenClient(service, 'district', { scopes: ['admin'], unit: 'H56-380' })
    const { body: { items } } = await list('limit=10000', headers)
    t.ok(items.length > 0 && items.every(({ unit }: { unit: string | null }) => unit !== null))
    t.same(unitsOf(await list('client=tests', headers)), ['H56-14755', 'H56-380'])
    t.equal((await list('unit=H56-381', headers)).status, 400)
  })

  t.test('is a table too', async t => {
    t.match((await list('format=csv&client=tests')).text, /^\ufeffposition,n,at,resource,action,key,/)
    t.match(await list('format=xlsx&client=tests'), { status: 200, headers: { 'content-type': /spreadsheet/ } })
  })

  t.test('is for administrators alone', async t => {
    t.equal((await get('/v1/audit')).status, 401)
    const { headers } = await givenClient(service, 'reader', { scopes: ['read', 'write:catalogue', 'approve'] })
    t.equal((await list('', headers)).status, 403)
  })
})
