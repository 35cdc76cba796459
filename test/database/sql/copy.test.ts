import { createServer, type AddressInfo, type Socket } from 'node:net'
import { once } from 'node:events'
import { CompiledQuery, sql } from 'kysely'
import t, { type Test } from 'tap'
import { connect, takesCopy, type Db } from '../../../src/database/connect.ts'
import { copyBytes, type Columns } from '../../../src/database/sql/bulk-binary.ts'
import { inTransaction } from '../../../src/database/transaction.ts'
import { insertIfAllNew } from '../../../src/dossiers/ingest/store.ts'
import type { StoredDossier } from '../../../src/dossiers/storage/columns.ts'
import { copyEmbedded } from '../../copies.ts'
import { forEachDatabase } from '../../database.ts'

interface Row { code: string, at: number | null, held: number, supplements: string | null }
const COLUMNS: Columns<Row> = {
  code: { type: 'text', of: ({ code }) => code },
  at: { type: 'timestamptz', of: ({ at }) => at },
  held: { type: 'date', of: ({ held }) => held },
  supplements: { type: 'jsonb', of: ({ supplements }) => supplements },
  position: { type: 'int8', of: (_, position) => position - 1 }
}

t.test('rows for COPY have their fields one after the other, each with its length', async t => {
  t.equal(copyBytes(COLUMNS, [{ code: 'Đ1', at: null, held: 10_957 + 1, supplements: '[]' }]).toString('latin1'), [
    'PGCOPY\n\xff\r\n\0', '\0\0\0\0', '\0\0\0\0',
    '\0\x05', '\0\0\0\x03\xc4\x901', '\xff\xff\xff\xff', '\0\0\0\x04\0\0\0\x01', '\0\0\0\x03\x01[]',
    '\0\0\0\x08\xff\xff\xff\xff\xff\xff\xff\xff', '\xff\xff'
  ].join(''))
})

t.test('rows for COPY may be as long as they are', async t => {
  const long = 'ế'.repeat(2_000)
  const bytes = copyBytes(COLUMNS, [
    { code: long, at: 0, held: 0, supplements: null }, { code: 'b', at: 0, held: 0, supplements: `"${long}"` }
  ])
  t.equal(bytes.toString().split(long).length, 3)
  t.equal(bytes.readInt16BE(bytes.length - 2), -1)
})

const DUPLICATE = 'SERROR\0C23505\0Mis there already\0\0'

/** A server that says yes to every statement, but not to a code `again`, and keeps what it is sent. */
async function agreeingServer (t: Test) {
  const sent: string[] = []
  const sockets = new Set<Socket>()
  const message = (type: string, body: Buffer | string) => {
    const length = Buffer.alloc(4)
    length.writeInt32BE(4 + Buffer.byteLength(body))
    return Buffer.concat([Buffer.from(type), length, Buffer.from(body)])
  }
  const ready = message('Z', 'T')
  const server = createServer(socket => {
    sockets.add(socket)
    let begun = Buffer.alloc(0)
    let hasStarted = false
    let isRefused = false
    socket.on('data', data => {
      begun = Buffer.concat([begun, data])
      for (;;) {
        const head = hasStarted ? 1 : 0
        if (begun.length < head + 4 || begun.length < head + begun.readInt32BE(head)) return
        const end = head + begun.readInt32BE(head)
        const [type, body] = [begun.toString('latin1', 0, head), begun.toString('latin1', head + 4, end)]
        begun = begun.subarray(end)
        if (!hasStarted) socket.write(Buffer.concat([message('R', Buffer.alloc(4)), ready]))
        hasStarted = true
        if (type === 'Q' || type === 'd') sent.push(body.replace(/\0$/, ''))
        if (type === 'd') isRefused = body.includes('again')
        if (type === 'Q' && body.includes('from stdin')) socket.write(message('G', '\x01\0\0'))
        else if (type === 'd' && isRefused) socket.write(Buffer.concat([message('E', DUPLICATE), ready]))
        else if (type === 'Q' || (type === 'c' && !isRefused)) socket.write(Buffer.concat([message('C', 'OK\0'), ready]))
      }
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => { server.close(); for (const socket of sockets) socket.destroy() })
  const { db, close } = connect(
    { connectionString: `postgres://postgres@127.0.0.1:${(server.address() as AddressInfo).port}/any` },
    { max: 1, onLost: () => {}, timeLimits: 'relaxed' })
  t.teardown(close)
  return { db, sent }
}

const DOSSIER: StoredDossier = {
  code: 'one', unit: 'H56-380', level: 'district', procedure: '1.001612', field: 'land', channel: 'direct', status: 4,
  received_at: 0, due_at: null, finished_at: null, returned_at: null, updated_at: 0, supplements: [], details: null,
  history: []
}

function insert (db: Db, code: string): Promise<boolean> {
  return inTransaction(db, trx => (
    insertIfAllNew(trx, { province: 'H56', source: 'a', write: 7 }, [{ ...DOSSIER, code }])))
}

t.test('a server takes new dossiers by COPY', async t => {
  const { db, sent } = await agreeingServer(t)
  t.ok(takesCopy(db))
  t.equal(await insert(db, 'one'), true)
  const [copy, rows] = sent.slice(sent.findIndex(text => text.includes('from stdin')))
  t.match(copy, /copy "dossiers" \("code",.*"province_code","source","write"\) from stdin/)
  t.notMatch(copy, 'details', 'the column is left out where no dossier has any')
  t.match(rows, /one.*H56-380.*a.{4}\0{7}\x07\xff\xff$/s)
  t.equal(await insert(db, 'again'), false, 'unless one is there already')
  t.match(sent.at(-2), 'rollback to savepoint')
})

t.test('the embedded database takes new dossiers without COPY', async t => {
  const { db, close } = connect(await copyEmbedded(t), { max: 1, onLost: () => {} })
  t.teardown(close)
  t.notOk(takesCopy(db))
  t.equal(await insert(db, 'one'), true)
  t.equal(await insert(db, 'one'), false, 'unless one is there already')
  const { rows } = await sql`select code, source, write from dossiers where code = 'one'`.execute(db)
  t.same(rows, [{ code: 'one', source: 'a', write: 7 }])
})

forEachDatabase('rows that a server does not take', async (t, { db, address }) => {
  // The embedded database takes none by COPY.
  if (!takesCopy(db)) return
  t.ok('connectionString' in address)
  const rows = copyBytes({ code: { type: 'text', of: (code: string) => code } }, ['a'])
  const copy = CompiledQuery.raw('/* copy */ copy fields (code) from stdin (format binary)', [rows])

  t.test('are an error of the statement, and the connection goes on', async t => {
    await t.rejects(inTransaction(db, trx => trx.executeQuery(copy)), { code: '23502' })
    t.match((await sql`select 1 as one`.execute(db)).rows, [{ one: 1 }])
  })
})
