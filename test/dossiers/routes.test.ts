import { parse } from 'csv-parse/sync'
import { DETAIL_NAMES } from '../../src/dossiers/details/schema.ts'
import { ANYONE } from '../../src/contract/caller.ts'
import { sourceOf } from '../../src/dossiers/commands.ts'
import { givenClient } from '../client.ts'
import { ADMIN, forEachDatabase, type Answer } from '../database.ts'
import { forget, item } from './given.ts'

const URL = '/v1/dossiers?source=one-stop'
const CODE = item().code
const later = (minutes: number) => `2021-06-01T08:${String(minutes).padStart(2, '0')}:00+07:00`

forEachDatabase('a batch of dossiers', async (t, service) => {
  const { get, post, delete: remove, db } = service
  t.afterEach(() => forget(db))

  t.test('is answered with what became of each, and counts as an import', async t => {
    const { status, body } = await post(URL, { items: [item(), item({ code: 'b' }), item({ code: 'b' })] })
    t.equal(status, 200)
    t.match(body, {
      import: Number, received: 3, created: 2, unchanged: 1, updated: 0, stale: 0, deleted: 0, rejected: 0, errors: []
    })
    t.match((await get(`/v1/imports/${body.import}`, ADMIN)).body, {
      id: body.import, source: 'one-stop', state: 'done', dry_run: false, received: 3, created: 2, unchanged: 1
    })
    t.match((await post(URL, { items: [item({ updated_at: '2021-05-01T00:00:00Z' }), item({ code: 'b', status: 6, updated_at: later(1) })] })).body, {
      stale: 1, updated: 1
    })
    t.match((await post(URL, { items: [{ code: 'b', unit: 'H56-380', updated_at: later(2), deleted: true }] })).body, { deleted: 1 })
  })

  t.test('is kept as a whole or not at all, and every fault is told', async t => {
    const items = [item(), item({ unit: 'H56-999', procedure: '9.9' }), { ...item(), name: 'Nguyễn Văn A' }]
    const { status, body } = await post(URL, { items })
    t.equal(status, 422)
    t.match(body, {
      code: 'invalid_rows',
      errors: [
        { pointer: '/items/1/unit', code: 'unknown_unit' }, { pointer: '/items/1/procedure', code: 'unknown_procedure' },
        { pointer: '/items/2/name', code: 'unknown_property' }
      ]
    })
    t.same((await get('/v1/dossiers')).body.items, [])
  })

  t.test('can be tried out', async t => {
    t.match((await post(`${URL}&dry_run=true`, { items: [item()] })).body, { import: null, received: 1, created: 1 })
    t.same((await get('/v1/dossiers')).body.items, [])
  })

  t.test('has no more than 10 000 of them, and a body that says what it is', async t => {
    t.match(await post(URL, { items: Array(10_001).fill(0) }), { status: 413, body: { code: 'too_many_items' } })
    t.match(await post(URL, undefined), { status: 400, body: { code: 'invalid_request' } })
    t.match(await post(URL, { items: 1, more: 2 }), { status: 400, body: { errors: [{ pointer: '/more' }, { pointer: '/items' }] } })
    t.match(await post(URL, 'x', { 'content-type': 'text/plain' }), { status: 415 })
  })

  t.test('comes from the source of the key, and who has none names it', async t => {
    const { headers } = await givenClient(service, 'thanh-hoa', { scopes: ['write:dossiers'], source: 'thanh-hoa', unit: 'H56-380' })
    t.match((await post('/v1/dossiers', { items: [item()] }, headers)).body, { created: 1 })
    t.match((await get('/v1/dossiers')).body.items, [{ source: 'thanh-hoa' }])
    t.match(await post(URL, { items: [item()] }, headers), {
      status: 403, body: { errors: [{ pointer: '/query/source', code: 'forbidden_source' }] }
    })
    t.match(await post('/v1/dossiers', { items: [item({ source: 'x' }), item({ unit: 'H56-381' })] }, headers), {
      status: 403, body: { code: 'forbidden_rows', errors: [{ pointer: '/items/0/source' }, { pointer: '/items/1/unit', code: 'forbidden_unit' }] }
    })
    t.match(await post('/v1/dossiers', { items: [item()] }), {
      status: 400, body: { errors: [{ pointer: '/query/source', code: 'missing' }] }
    })
    t.throws(() => sourceOf('one-stop', { ...ANYONE, scopes: ['write:dossiers'] }), {
      code: 'forbidden_rows', message: 'this key has no source to report for'
    })
  })

  t.test('is counted among the rows that came in', async t => {
    await post(URL, { items: [item()] })
    t.match((await get('/metrics')).text, /ingest_rows_total\{resource="dossiers",outcome="created"\} \d/)
  })

  t.test('has no second effect under the same idempotency key', async t => {
    const first = await post(URL, { items: [item()] }, { 'idempotency-key': 'batch-1' })
    await remove(`/v1/dossiers/${CODE}`)
    const again = await post(URL, { items: [item()] }, { 'idempotency-key': 'batch-1' })
    t.equal(again.headers['idempotency-replayed'], 'true')
    t.same(again.body, first.body)
    t.equal((await get(`/v1/dossiers/${CODE}`)).status, 404)
  })
})

forEachDatabase('a dossier', async (t, service) => {
  const { get, post, delete: remove, db } = service
  t.afterEach(() => forget(db))

  t.test('is there with all that it was', async t => {
    const supplement = {
      requested_at: '2021-06-01T09:00:00.000+07:00', completed_at: null, old_due_at: null, new_due_at: null
    }
    await post(URL, { items: [item()] })
    await post(URL, { items: [{ code: CODE, unit: 'H56-380', updated_at: later(1), deleted: true }] })
    await post(URL, { items: [item({ unit: 'H56-14755', status: 5, updated_at: later(2), supplements: [supplement] })] })
    const { status, body } = await get(`/v1/dossiers/${CODE}`)
    t.equal(status, 200)
    const was = {
      unit: 'H56-380', procedure: '1.001612', channel: 'direct', status: 4, received_at: '2021-05-31T08:00:00.000+07:00',
      due_at: '2021-06-10T17:00:00.000+07:00', finished_at: null, returned_at: null, updated_at: '2021-05-31T08:05:00.000+07:00',
      supplements: [], source: 'one-stop', ...Object.fromEntries(DETAIL_NAMES.map(name => [name, null]))
    }
    const is = { ...was, unit: 'H56-14755', status: 5, updated_at: '2021-06-01T08:02:00.000+07:00', supplements: [supplement] }
    const nothing = { procedure: null, channel: null, status: null, received_at: null, due_at: null }
    const { history, ...dossier } = body
    t.same(dossier, { ...is, code: CODE, field: 'business-registration' })
    t.match(history, [{ written_at: String }, { written_at: String }, { written_at: String }])
    t.same(history.map(({ written_at: _, ...version }: { written_at: string }) => version), [
      { deleted: false, ...is }, { deleted: true, ...was, ...nothing, updated_at: '2021-06-01T08:01:00.000+07:00' }, { deleted: false, ...was }
    ])
  })

  t.test('has the code that its source gives it', async t => {
    const codes = ['03706/2026/07906', 'HS 12/ĐKKD (bổ sung)', `a${'ắ'.repeat(99)}`, 'H56.24.08-260105-0001']
    for (const code of codes) {
      t.match((await post(URL, { items: [item({ code: ` ${code.normalize('NFD')} `.slice(0, 500) })] })).status, code.length < 99 ? 200 : 422, code)
      t.match((await post(URL, { items: [item({ code })] })).status, 200)
      t.match(await get(`/v1/dossiers/${encodeURIComponent(code)}`), { status: 200, body: { code } })
    }
    t.equal((await get('/v1/dossiers')).body.items.length, codes.length, 'composed or not, with blanks around or not')
    t.match(await remove(`/v1/dossiers/${encodeURIComponent(`${codes[0]} `)}`), { status: 200 })
    for (const code of ['', ' ', '/1', '=1', 'a\tb', 'a\n', 'a'.repeat(101), 'a<b']) {
      t.match(await post(URL, { items: [item({ code })] }), { status: 422, body: { errors: [{ pointer: '/items/0/code' }] } }, code)
    }
  })

  t.test('has instants of Vietnam in the audit, like anywhere', async t => {
    await post(URL, { items: [item({ supplements: [{ requested_at: '2021-06-01T02:00:00Z' }] })] })
    const { body: { items: [{ at, after }] } } = await get('/v1/audit?resource=dossiers&limit=1', ADMIN)
    t.match(at, /\+07:00$/)
    t.match(after, {
      received_at: '2021-05-31T08:00:00.000+07:00', supplements: [{ requested_at: '2021-06-01T09:00:00.000+07:00' }]
    })
  })

  t.test('that is deleted counts no more, until its source sends a newer one', async t => {
    const ahead = Date.now() + 3_600_000
    const at = (instant: number) => new Date(instant).toISOString()
    await post(URL, { items: [item({ updated_at: at(ahead) }), item({ code: 'b' })] })
    t.match(await remove(`/v1/dossiers/${CODE}`), { status: 200, body: { code: CODE, status: 4 } })
    t.match(await remove(`/v1/dossiers/${CODE}`), { status: 404, body: { code: 'not_found' } })
    t.equal((await get(`/v1/dossiers/${CODE}`)).status, 404)
    t.match((await get('/v1/dossiers')).body.items, [{ code: 'b' }])
    t.match((await post(URL, { items: [item()] })).body, { stale: 1 })
    t.match((await post(URL, { items: [item({ updated_at: at(ahead + 1) })] })).body, { created: 1 })
  })

  t.test('out of reach is one that there never was', async t => {
    await post(URL, { items: [item({ unit: 'H56-381' }), item({ code: 'b' })] })
    const { headers } = await givenClient(service, 'district', { scopes: ['read', 'write:dossiers'], source: 'one-stop', unit: 'H56-380' })
    t.equal((await get(`/v1/dossiers/${CODE}`, headers)).status, 404)
    t.equal((await remove(`/v1/dossiers/${CODE}`, headers)).status, 404)
    t.match((await get('/v1/dossiers', headers)).body.items, [{ code: 'b' }])
    t.equal((await remove('/v1/dossiers/b', headers)).status, 200)
  })

  t.test('leaves in the audit and the change feed what became of it', async t => {
    const since = (await get('/v1/changes?since=latest')).body.next_cursor
    await post(URL, { items: [item(), item({ code: 'b' })] })
    await post(URL, { items: [item({ status: 6, updated_at: later(1) }), item({ code: 'b' })] }, { ...ADMIN, 'x-reason': 'correction' })
    await remove('/v1/dossiers/b')
    const { items } = (await get('/v1/audit?resource=dossiers', ADMIN)).body
    t.match(items, [
      { action: 'deleted', key: { code: 'b' }, unit: 'H56-380', before: { status: 4, procedure: '1.001612' }, after: null, operation: 'deleteDossier' },
      { action: 'updated', key: { code: CODE }, reason: 'correction' },
      { action: 'created', key: { code: 'b' }, before: null, after: { status: 4 } },
      { action: 'created', key: { code: CODE } }
    ])
    t.same(Object.keys(items[1].before).toSorted(), ['status', 'updated_at'], 'only what changed')
    t.match(items[1], { before: { status: 4 }, after: { status: 6 } })
    t.same((await get(`/v1/changes?since=${since}&resource=dossiers`)).body.items.map(
      ({ action, key }: { action: string, key: { code: string } }) => `${action} ${key.code}`), [
      `created ${CODE}`, 'created b', `updated ${CODE}`, 'deleted b'
    ])
  })
})

forEachDatabase('the list of dossiers', async (t, { get, post }) => {
  const dossier = (n: number) => item({
    code: `d-${String(n).padStart(2, '0')}`, unit: ['H56-380', 'H56-381', 'H56-14755'][n % 3]!,
    procedure: n % 2 === 0 ? '1.001612' : '1.001193', channel: (['online', 'direct', 'postal'] as const)[n % 3]!, status: n % 5 === 0 ? 6 : 4,
    received_at: `2021-05-${String(31 - n).padStart(2, '0')}T00:30:00+07:00`
  })
  await post(URL, { items: Array.from({ length: 20 }, (_, n) => dossier(n)) })
  const codes = async (query: string) => (
    (await get(`/v1/dossiers?${query}`)).body.items.map(({ code }: { code: string }) => Number(code.slice(2))) as number[])
  const all = Array.from({ length: 20 }, (_, n) => n)

  t.test('is in the order of the codes, and of a unit in that of receipt', async t => {
    t.same(await codes(''), all)
    t.same(await codes('channel=direct'), all.filter(n => n % 3 === 1))
    t.same(await codes('procedure=1.001193&status=6&unit=H56'), [5, 15])
    t.same(await codes('field=civil-status'), all.filter(n => n % 2 === 1))
    t.same(await codes('source=other'), [])
    t.same(await codes('unit=H56-380'), all.filter(n => n % 3 !== 1).toReversed(), 'with all units below')
    t.same(await codes('unit=H56-14755'), all.filter(n => n % 3 === 2).toReversed())
  })

  t.test('counts days in Asia/Ho_Chi_Minh, both included', async t => {
    t.same(await codes('received_from=2021-05-20&received_to=2021-05-21'), [11, 10])
    t.same(await codes('received_from=2021-05-30'), [1, 0])
    t.same(await codes('received_to=2021-05-12&unit=H56-381'), [19])
  })

  for (const filter of ['', 'unit=H56&', 'status=4&status=6&received_from=2021-01-01&']) {
    t.test(`goes on from page to page with ${filter || 'no filter'}`, async t => {
      const seen: string[] = []
      for (let cursor: string | null = ''; cursor !== null;) {
        const { status, body }: Answer = await get(`/v1/dossiers?${filter}limit=3${cursor && `&cursor=${cursor}`}`)
        t.equal(status, 200)
        seen.push(...body.items.map(({ code }: { code: string }) => code))
        cursor = body.next_cursor
      }
      t.equal(seen.length, 20)
      t.equal(new Set(seen).size, 20)
    })
  }

  t.test('refuses a cursor that somebody made up', async t => {
    for (const values of [
      ['province_code,code', 'H56', null], ['province_code,code', 1, 'x'], ['received_at,province_code,code', 'x', 'H56', 'y']
    ]) {
      const cursor = Buffer.from(JSON.stringify(values)).toString('base64url')
      for (const filter of ['', 'unit=H56-380&']) {
        t.match(await get(`/v1/dossiers?${filter}cursor=${cursor}`), {
          status: 400, body: { errors: [{ code: 'invalid_cursor' }] }
        })
      }
    }
    t.equal((await get('/v1/dossiers?unit=H56-999')).status, 400)
  })

  t.test('can be had as csv and as ndjson, all of it', async t => {
    const { text } = await get('/v1/dossiers?format=csv&unit=H56')
    const rows: Record<string, string>[] = parse(text, { bom: true, columns: true })
    t.equal(rows.length, 20)
    t.match(rows[0], { code: 'd-00', received_at: '2021-05-31T00:30:00.000+07:00', due_at: String, finished_at: '', supplements: '' })
    const lines = (await get('/v1/dossiers?format=ndjson')).text.trim().split('\n').map(line => JSON.parse(line) as object)
    t.match([lines.length, lines[0]], [20, { code: 'd-00', finished_at: null, supplements: [] }])
  })
})
