import { inTransaction } from '../../../src/database/transaction.ts'
import { addToImport, beginImport } from '../../../src/dossiers/imports/commands.ts'
import { noCounts } from '../../../src/dossiers/imports/counts.ts'
import type { ImportWarning } from '../../../src/dossiers/imports/schema.ts'
import { ADMIN, forEachDatabase, type Answer } from '../../database.ts'
import { forget, item } from '../given.ts'

const NDJSON = { ...ADMIN, 'content-type': 'application/x-ndjson' }
const SOURCE = 'source=one-stop'

const procedure = '9.000001'
/** Received on the last day of May by the clock of Vietnam, which is the day before in UTC. */
const received = { received_at: '2021-05-31T00:30:00+07:00' }
const odd = (more: object = {}) => item({ procedure, ...received, ...more })

const lines = (items: object[]) => items.map(one => `${JSON.stringify(one)}\n`).join('')

forEachDatabase('a dossier of a procedure that is not in force', async (t, { db, get, post }) => {
  t.afterEach(() => forget(db))
  const inForce = async (valid_from: string, valid_to: string | null) => {
    const name = 'Cấp giấy phép thử nghiệm'
    const items = [{ code: procedure, name, field: 'land', level: 'district', interlinked: 'none', valid_from, valid_to }]
    await post('/v1/procedures', { items })
  }
  const ways: Record<string, (items: object[], query?: string) => Promise<Answer>> = {
    'in a batch': (items, query = '') => post(`/v1/dossiers?${SOURCE}${query}`, { items }),
    'in lines of JSON': (items, query = '') => post(`/v1/dossiers?${SOURCE}${query}`, lines(items), NDJSON),
    'in a stream': (items, query = '') => post(`/v1/imports?${SOURCE}${query}`, lines(items), NDJSON)
  }
  const warningOf = (line: number, days: string): ImportWarning => ({
    line, pointer: '/procedure', code: 'procedure_not_in_force',
    detail: `procedure ${procedure} is in force ${days}, not on 2021-05-31`
  })

  const importOf = async (id: number) => (await get(`/v1/imports/${id}`, ADMIN)).body

  for (const [way, send] of Object.entries(ways)) {
    t.test(`is taken with a warning ${way} if its procedure had ended when it was received`, async t => {
      await inForce('2020-01-01', '2021-05-30')
      const items = [item(), odd({ code: 'b' }), odd({ code: 'c', finished_at: null })]
      const expected = { warning_count: 2, warnings: [2, 3].map(line => warningOf(line, 'from 2020-01-01 to 2021-05-30')) }
      t.match(await send(items, '&dry_run=true'), { status: 200, body: { created: 3, ...expected } })
      const { status, body } = await send(items)
      t.match({ status, body }, { status: 200, body: { created: 3, rejected: 0, ...expected } })
      t.match(await importOf(body.import), expected, 'and can be looked up later')
      t.match(await send(items), { status: 200, body: { unchanged: 3, ...expected } }, 'the same again is warned of again')
    })

    t.test(`is taken with a warning ${way} if its procedure began after it was received`, async t => {
      await inForce('2021-06-01', null)
      t.match((await send([odd()])).body, { created: 1, warning_count: 1, warnings: [warningOf(1, 'from 2021-06-01 on')] })
    })

    t.test(`is counted ${way} beside the first thousand of them that are listed`, async t => {
      await inForce('2020-01-01', '2021-05-30')
      // The desk before the hyphen decides which worker of a stream has the dossier.
      const { body } = await send(Array.from({ length: 2_500 }, (_, n) => odd({ code: `${n % 2}-${n}` })))
      t.same([body.created, body.warning_count, body.warnings.length], [2_500, 2_500, 1_000])
      const sent: number[] = body.warnings.map(({ line }: { line: number }) => line)
      t.same(sent, sent.toSorted((a, b) => a - b))
      const { warning_count, warnings } = await importOf(body.import)
      t.same([warning_count, warnings], [2_500, body.warnings])
    })
  }

  t.test('is in the list of imports with its number', async t => {
    await inForce('2021-06-01', null)
    await ways['in a stream']!([odd(), item({ code: 'b' })])
    const { body: { items: [newest] } } = await get('/v1/imports?limit=1', ADMIN)
    t.match(newest, { received: 2, warning_count: 1 })
    t.notOk('warnings' in newest)
  })

  t.test('is warned of after a stream was tried out', async t => {
    await inForce('2021-06-01', null)
    const { body } = await ways['in a stream']!([odd()], '&dry_run=true')
    t.match(await importOf(body.import), { dry_run: true, warning_count: 1, warnings: body.warnings })
  })

  t.test('is listed while its stream runs, in the order of the lines and up to the first thousand', async t => {
    const by = { client: 'tests', province_code: '' }
    const id = await inTransaction(db, trx => (
      beginImport(trx, by, { source: 'one-stop', dry_run: false, idempotency_key: null })))
    t.match(await importOf(id), { state: 'running', warning_count: 0, warnings: [] })
    // Of two chunks side by side, that of the later lines can be stored first.
    for (const first of [701, 1]) {
      const warnings = Array.from({ length: 700 }, (_, n) => warningOf(first + n, 'from 2021-06-01 on'))
      const counts = { ...noCounts(), received: 700, created: 700 }
      const progress = { counts, errors: [], waits: [], warning_count: 700, warnings }
      await inTransaction(db, trx => addToImport(trx, by, id, progress))
    }
    const { warning_count, warnings } = await importOf(id)
    t.same([warning_count, warnings.length], [1_400, 1_000])
    t.same(warnings.map(({ line }: ImportWarning) => line), [
      ...Array.from({ length: 300 }, (_, n) => 1 + n), ...Array.from({ length: 700 }, (_, n) => 701 + n)
    ])
  })

  t.test('has no warning if its procedure was in force on that day, if only on that one', async t => {
    for (const [from, to] of [['2021-05-31', '2021-05-31'], ['2021-05-31', null], ['2020-01-01', '2021-05-31']] as const) {
      await inForce(from, to)
      t.match((await ways['in a batch']!([odd()])).body, { warning_count: 0, warnings: [] }, `from ${from} to ${to}`)
    }
  })

  t.test('has no warning if it is stale, rejected or deleted', async t => {
    await inForce('2020-01-01', '2021-05-30')
    const send = ways['in a stream']!
    await send([odd()])
    const { code, unit } = item()
    const { body } = await send([
      odd({ updated_at: '2021-05-31T08:01:00+07:00' }), odd({ code: 'b', status: 10 }),
      { code, unit, updated_at: '2021-06-01T08:00:00+07:00', deleted: true }
    ])
    t.match(body, { stale: 1, rejected: 1, deleted: 1, warning_count: 0, warnings: [] })
  })
})
