import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { connect, type Db } from '../../../src/database/connect.ts'
import { auditRowsOf } from '../../../src/writes/changes.ts'
import { runOwnWrite } from '../../../src/writes/unit-of-work.ts'
import { givenClient } from '../../client.ts'
import { ADMIN, forEachDatabase, type Answer, type Service } from '../../database.ts'
import { item, send } from '../../dossiers/given.ts'

const URL = '/v1/dossier-statistics'
const row = (more: object = {}) => ({ unit: 'H56-380', period: '2024-Q1', source: 'one-stop', received: 1, ...more })

interface Told { resource: string, action: string, key: Record<string, string> }

/** All that is told from a cursor on, page by page, and the cursor to go on from. */
async function readFrom ({ get }: Service, since: string | undefined, limit = 7) {
  const items: Told[] = []
  let cursor = since
  for (;;) {
    const { status, body, text } = await get(`/v1/changes?limit=${limit}${cursor === undefined ? '' : `&since=${cursor}`}`)
    if (status === 503) continue
    if (status !== 200) throw new Error(text)
    items.push(...body.items)
    const next = body.next_cursor as string
    cursor = next
    if (!body.more) return { items, cursor: next }
  }
}

forEachDatabase('the changes', async (t, service) => {
  const { get, post, put } = service
  const latest = async () => (await get('/v1/changes?since=latest')).body.next_cursor as string

  t.test('are all there from the beginning, in the order of the writes', async t => {
    const { body: { items: audit } } = await get('/v1/audit?limit=10000', ADMIN)
    const expected = audit.toReversed().filter(({ resource }: Told) => !resource.startsWith('client'))
    const { body } = await get('/v1/changes?limit=10000')
    t.same(body.items.map(({ key }: Told) => key), expected.slice(0, 10_000).map(({ key }: Told) => key))
    t.same(Object.keys(body.items[0]), ['at', 'resource', 'action', 'key', 'unit'])
  })

  t.test('go on where the answer before ended, and there is always a cursor', async t => {
    const since = await latest()
    t.match((await get(`/v1/changes?since=${since}`)).body, { items: [], next_cursor: since, more: false })
    await post(URL, { items: [row(), row({ unit: 'H56-381' }), row({ unit: 'H56-382' })] })
    const first = (await get(`/v1/changes?since=${since}&limit=2`)).body
    t.match(first, { items: [{}, {}], more: true })
    const second = (await get(`/v1/changes?since=${first.next_cursor}&limit=2`)).body
    t.match(second, { items: [{}], more: false })
    t.match([...first.items, ...second.items], [
      ...['H56-380', 'H56-381', 'H56-382'].map(unit => ({ resource: 'dossier-statistics', action: 'created', key: { unit }, unit }))
    ])
    t.same((await get(`/v1/changes?since=${second.next_cursor}`)).body.items, [])
    t.equal(second.next_cursor.split('.')[0], (await latest()).split('.')[0])
  })

  t.test('tell of a row as often as it changes, and of its end', async t => {
    const since = await latest()
    await post(URL, { items: [row({ received: 2 })] })
    await post(URL, { items: [row({ received: 3 })] })
    await post(`${URL}?replace=true`, { items: [row({ field: 'land' })] })
    const { items } = await readFrom(service, since)
    t.same(items.filter(({ key }) => key['field'] === null).map(({ action }) => action), ['updated', 'updated', 'deleted'])
    t.notOk(items.some(item => 'before' in item || 'after' in item), 'by its key alone')
  })

  t.test('can be those of one resource', async t => {
    const since = await latest()
    await post(URL, { items: [row({ unit: 'H56-383' })] })
    await put('/v1/sources/new', { name: 'x', precedence: 1, synthetic: false })
    t.match((await get(`/v1/changes?since=${since}&resource=sources`)).body.items, [{ resource: 'sources', key: { code: 'new' } }])
    t.same((await get(`/v1/changes?since=${since}&resource=clients`)).body.items, [])
  })

  t.test('never tell who has a key', async t => {
    const since = await latest()
    await put('/v1/clients/secret', { name: 'x', scopes: ['read'] })
    await post('/v1/clients/secret/keys', undefined)
    t.same((await readFrom(service, since)).items, [])
    t.notOk((await readFrom(service, undefined, 10_000)).items.some(({ resource }) => resource.startsWith('client')))
  })

  t.test('have no cursor that nobody gave', async t => {
    for (const since of ['', 'x', '1', '1.', '-1.0', '1.9999999999', '1e3.0', `${'9'.repeat(16)}.0`, '1.0.0', 'LATEST']) {
      t.match(await get(`/v1/changes?since=${since}`), {
        status: 400, body: { errors: [{ pointer: '/query/since', code: 'invalid_cursor' }] }
      }, since)
    }
    t.equal((await get('/v1/changes?limit=0')).status, 400)
  })
})

forEachDatabase('a cursor', async (t, service) => {
  const { db, get, post } = service
  const latest = async () => (await get('/v1/changes?since=latest')).body.next_cursor as string
  const lost = {
    status: 410, headers: { 'content-type': /^application\/problem\+json/ },
    body: { code: 'cursor_of_another_history', errors: [{ pointer: '/query/since', code: 'invalid_cursor' }] }
  }
  await post(URL, { items: [row({ unit: 'H56-380' }), row({ unit: 'H56-381' })] })
  const beforeBackup = await latest()
  const { body: { next_cursor: withinWrite } } = await get('/v1/changes?limit=1')
  await post(URL, { items: [row({ unit: 'H56-382' })] })
  const backup = Number((await latest()).split('.')[0])
  const atBackup = await latest()
  await post(URL, { items: [row({ unit: 'H56-383' })] })
  await post(URL, { items: [row({ unit: 'H56-384' })] })
  const afterBackup = await latest()
  // As a backup leaves it that was made before the last two writes.
  await sql`delete from writes where position > ${backup}`.execute(db)
  await sql`update change_feed set position = ${backup}`.execute(db)

  t.test('from before a backup continues in the restored database', async t => {
    t.match((await get(`/v1/changes?since=${beforeBackup}`)).body, { items: [{ key: { unit: 'H56-382' } }], next_cursor: atBackup })
    t.match((await get(`/v1/changes?since=${atBackup}`)).body, { items: [], next_cursor: atBackup, more: false })
    t.equal((await get(`/v1/changes?since=${withinWrite}`)).status, 200)
  })

  t.test('from after it is refused, now and when there are as many writes again', async t => {
    t.match(await get(`/v1/changes?since=${afterBackup}`), lost)
    for (const unit of ['H56-385', 'H56-386', 'H56-387']) {
      await post(URL, { items: [row({ unit })] })
      t.match(await get(`/v1/changes?since=${afterBackup}`), lost)
    }
    const { body } = await get(`/v1/changes?since=${atBackup}`)
    t.same(body.items.map(({ key }: Told) => key['unit']), ['H56-385', 'H56-386', 'H56-387'])
  })

  t.test('that names no write, as those of earlier versions, is refused as well', async t => {
    t.match(await get('/v1/changes?since=1.0'), lost)
    t.match(await get(`/v1/changes?since=${'9'.repeat(15)}.0`), lost)
    t.match(await get(`/v1/changes?since=1.0.${'0'.repeat(12)}`), lost)
    t.equal((await get(`/v1/changes?since=0.0.${'0'.repeat(12)}`)).status, 200, 'but before the first write nothing is lost')
  })
})

const WRITERS = 6
const WRITES = 12

/** Writes that each take their number early and commit after a while; `done` gets them in the order of that. */
async function writeSlowly (db: Db, writer: number, done: (key: string) => void) {
  for (let i = 0; i < WRITES; i++) {
    const key = `${writer}-${i}`
    const patience = (writer * 7 + i * 5) % 4 === 0 ? 120 : (writer + i) % 5
    await runOwnWrite(db, 'tests', 'writeSlowly', async ({ trx, auditRows }) => {
      await sql`insert into numbered (key) values (${key})`.execute(trx)
      await sleep(patience)
      auditRows.push(...auditRowsOf('numbered', [0, 1, 2].map(n => (
        { outcome: 'created' as const, before: null, after: { key, n } })), { key: ['key', 'n'] }))
      return {}
    })
    done(key)
  }
}

forEachDatabase('who reads the changes while many write', async (t, service) => {
  const { db, address } = service
  await sql`create table numbered (id bigint primary key default nextval('write_ids'), key text not null)`.execute(db)
  // The embedded database has one connection, for all.
  const writers = 'connectionString' in address ? connect(address, { max: WRITERS, onLost: () => {} }) : { db, close: async () => {} }
  t.teardown(writers.close)
  let cursor = (await readFrom(service, undefined, 10_000)).cursor
  const told: Told[] = []
  const numbered: string[] = []
  const acknowledged: string[] = []
  let last = 0
  let writing = true

  const poll = async () => {
    const answer = await readFrom(service, cursor)
    told.push(...answer.items)
    cursor = answer.cursor
    const { rows } = await sql<{ id: number, key: string }>`select id, key from numbered where id > ${last} order by id`.execute(db)
    numbered.push(...rows.map(({ key }) => key))
    last = rows.at(-1)?.id ?? last
  }
  const reading = (async () => {
    while (writing) await poll()
    await poll()
  })()
  await Promise.all(Array.from({ length: WRITERS }, (_, writer) => (
    writeSlowly(writers.db, writer, key => { acknowledged.push(key) }))))
  writing = false
  await reading

  t.test('misses nothing and is told nothing twice', async t => {
    t.equal(told.length, WRITERS * WRITES * 3)
    t.same(told.map(({ key }) => `${key['key']} ${key['n']}`).toSorted(), acknowledged.flatMap(key => [0, 1, 2].map(n => `${key} ${n}`)).toSorted())
  })

  t.test('is told it in the order of the commits, with the rows of a write together', async t => {
    const order = told.filter(({ key }) => String(key['n']) === '0').map(({ key }) => key['key'])
    t.same(told.map(({ key }) => key['key']), order.flatMap(key => [key, key, key]))
    for (let writer = 0; writer < WRITERS; writer++) {
      t.same(order.filter(key => key!.startsWith(`${writer}-`)), Array.from({ length: WRITES }, (_, i) => `${writer}-${i}`))
    }
    const { rows } = await sql<{ position: number }>`select position from writes order by position`.execute(db)
    t.same(rows.map(({ position }) => position), rows.map((_, i) => i + 1), 'positions have no gaps')
  })

  t.test('would miss rows where a sequence numbers them', async t => {
    const missed = acknowledged.length - numbered.length
    if ('connectionString' in address) t.ok(missed > 0, `${missed} of ${acknowledged.length} missed`)
    else t.pass('the embedded database runs one transaction after another')
  })
})

forEachDatabase('of dossiers, which come by the thousand', async (t, { db, get }) => {
  const all = Array.from({ length: 25 }, (_, write) => Array.from({ length: write % 5 === 0 ? 300 : 1 }, (_, n) => `d-${write}-${n}`))
  const since = (await get('/v1/changes?since=latest')).body.next_cursor as string
  for (const codes of all) await send(db, codes.map(code => item({ code })))

  async function walk (query: string): Promise<string[]> {
    const told: string[] = []
    for (let cursor = since, more = true; more;) {
      const { body }: Answer = await get(`/v1/changes?since=${cursor}&${query}`)
      told.push(...body.items.map(({ key }: { key: { code: string } }) => key.code))
      ;({ next_cursor: cursor, more } = body)
    }
    return told
  }

  t.test('every one is told once, write by write, whatever the limit', async t => {
    for (const limit of [1_000, 299, 300, 301, 7]) {
      const told = await walk(`limit=${limit}`)
      t.equal(told.length, 5 * 300 + 20)
      t.same(told.toSorted(), all.flat().toSorted())
      t.same([...new Set(told.map(code => code.split('-')[1]))], all.map((_, write) => String(write)))
    }
  })

  t.test('and writes that changed nothing are passed over', async t => {
    const from = (await get('/v1/changes?since=latest')).body.next_cursor
    const nothing = { unit: 'H56-380', updated_at: '2021-06-01T00:00:00Z', deleted: true }
    for (const code of ['none-1', 'none-2', 'none-3', 'none-4']) await send(db, [{ code, ...nothing }])
    await send(db, [item({ code: 'last' })])
    t.match((await get(`/v1/changes?since=${from}&limit=1`)).body, { items: [{ key: { code: 'last' } }], more: false })
    await sql`delete from dossiers where code = 'last'`.execute(db)
  })

  t.test('what is not asked for is passed over part by part', async t => {
    t.same(await walk('resource=sources&limit=1'), [])
    const { body } = await get(`/v1/changes?since=${since}&resource=sources&limit=1`)
    t.match(body, { items: [], more: true }, 'not all at once')
  })
})

forEachDatabase('of a dossier that moves to another unit', async (t, service) => {
  const { db, get } = service
  const keyFor = async (unit: string) => (
    await givenClient(service, unit, { scopes: ['read', 'admin'], unit })).headers
  const [old, other] = [await keyFor('H56-380'), await keyFor('H56-381')]
  const NAMES = ['action', 'unit']

  async function toldOf (items: object[], to: Record<string, string>) {
    const since = (await get('/v1/changes?since=latest')).body.next_cursor as string
    await send(db, items)
    const { body } = await get(`/v1/changes?since=${since}`, to)
    return body.items.map((row: Record<string, string>) => NAMES.map(name => row[name]).join(' '))
  }
  const from = (unit: string, day: number, given = {}) => item({ unit, updated_at: `2021-06-0${day}T08:00:00+07:00`, ...given })

  t.test('who reads for its old unit learns that it left, and who reads for its new one that it is there', async t => {
    t.same(await toldOf([from('H56-380', 1)], old), ['created H56-380'])
    t.same(await toldOf([from('H56-381', 2), item({ code: 'b', unit: 'H56-381' })], old), ['deleted H56-380'])
    t.same(await toldOf([from('H56-380', 3)], old), ['created H56-380'])
    t.same(await toldOf([from('H56-381', 4)], other), ['created H56-381'])
  })

  t.test('who reads for both learns that it changed', async t => {
    t.same(await toldOf([from('H56-380', 5)], ADMIN), ['updated H56-380'])
    t.same(await toldOf([from('H56-14755', 6)], old), ['updated H56-14755'], 'a commune of the city')
  })

  t.test('a deletion that names another unit is told where the dossier was', async t => {
    t.same(await toldOf([from('H56-381', 7, { deleted: true })], old), ['deleted H56-14755'])
  })

  t.test('the audit of either unit has it, as far as that unit reaches', async t => {
    const ofMoves = async (query: string, to: Record<string, string>) => (
      await get(`/v1/audit?resource=dossiers${query}`, to)).body.items.slice(-4).toReversed()
    const [created, moved, , back] = await ofMoves('', old)
    t.match(created, { action: 'created', unit: 'H56-380', after: { unit: 'H56-380' } })
    t.match(moved, { action: 'deleted', unit: 'H56-380', before: { unit: 'H56-380', status: 4 }, after: null })
    t.match(back, { action: 'deleted', unit: 'H56-380' })
    t.same((await ofMoves('', other)).map(({ action, before, after }: { action: string, before: object, after: object }) => (
      [action, before !== null, after !== null])), [
      ['created', false, true], ['created', false, true], ['deleted', true, false], ['created', false, true]
    ], 'and nothing of the time elsewhere')
    const versions = async (to: Record<string, string>) => (
      (await get(`/v1/dossiers/${item().code}`, to)).body.history.map(({ unit }: { unit: string }) => unit))
    await send(db, [from('H56-381', 8)])
    t.same(await versions(other), ['H56-381', 'H56-381', 'H56-381'], 'as does the history')
    t.equal((await versions(ADMIN)).length, 8)
    t.match(await ofMoves('&unit=H56-380', ADMIN), [
      { action: 'created' }, { action: 'updated', unit: 'H56-381', before: { unit: 'H56-380' }, after: { unit: 'H56-381' } },
      { action: 'updated', unit: 'H56-380' }, { action: 'updated', unit: 'H56-381' }
    ])
  })
})
