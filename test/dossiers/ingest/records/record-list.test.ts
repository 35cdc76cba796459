import t from 'tap'
import { wellFormedItems } from '../../../../src/dossiers/ingest/validate.ts'
import { RecordNames } from '../../../../src/dossiers/ingest/records/record-names.ts'
import { RecordList } from '../../../../src/dossiers/ingest/records/record-list.ts'
import type { SentRecord } from '../../../../src/dossiers/ingest/records/record.ts'
import { item } from '../../given.ts'

/** A record with anything in it. */
function sent (given: object): object {
  return { ...item(), ...given }
}

const WEEKS_AHEAD = new Date(Date.now() + 14 * 86_400_000).toISOString()

function listOf (items: readonly unknown[], names = new RecordNames()): RecordList {
  const list = new RecordList({ names, source: 'one-stop' })
  for (const one of items) list.push(one)
  return list
}

/** What is read of each item, or what is wrong with it, in their order. */
function readAll (items: readonly unknown[] | RecordList): (SentRecord | string)[] {
  const { wellFormed: { indexes, recordAt }, malformed } = wellFormedItems(items)
  const read = Array<SentRecord | string>(items.length)
  indexes.forEach((index, position) => { read[index] = recordAt(position) })
  for (const { index, issues } of malformed) read[index] = issues.map(({ pointer, code }) => `${pointer} ${code}`).join()
  return read
}

t.test('records of a stream', async t => {
  t.test('are read as they come, and as if they were read later', async t => {
    const usual = [
      item(), item({ status: 'done', source: 'one-stop', supplements: [] }), item({ received_at: null }),
      item({ finished_at: '2021-05-20T08:00:00.123Z', returned_at: '2021-05-21T08:00:00+07:00', due_at: undefined })
    ].map(one => JSON.parse(JSON.stringify(one)) as object)
    const list = listOf(usual)
    for (const index of usual.keys()) {
      t.ok(list.isUsual(index))
      t.match({ ...list.recordAt(index) }, { ...readAll(usual)[index] as SentRecord, item: null })
    }
  })

  t.test('that say more, or are at fault, stay as they are', async t => {
    const { unit, procedure, channel, status, updated_at, ...others } = item()
    const unusual = [
      7, null, 'text', [], {}, { ...others, procedure, channel, status, updated_at }, { ...others, unit, channel, status, updated_at },
      sent({ channel: 'fax' }), sent({ status: 11 }), sent({ status: 1.5 }), sent({ status: 0 }), sent({ status: '' }),
      sent({ status: 'x'.repeat(101) }), sent({ status: '\0' }), sent({ status: null }), sent({ code: ' a' }), sent({ code: 7 }),
      sent({ code: 'hồ sơ' }), sent({ unit: 'a b' }), sent({ procedure: '?' }), sent({ source: 'other' }), sent({ deleted: false }),
      sent({ supplements: [{ requested_at: updated_at }] }), sent({ supplements: null }), sent({ parts: 2 }), sent({ phone: '0' }),
      sent({ received_at: 7 }), sent({ due_at: '1900-01-01T00:00:00Z' }), sent({ due_at: '2500-01-01T00:00:00Z' }),
      sent({ finished_at: 'today' }), sent({ returned_at: '' }), sent({ updated_at: null }), sent({ updated_at: WEEKS_AHEAD })
    ]
    const list = listOf(unusual)
    for (const [index, one] of unusual.entries()) {
      t.notOk(list.isUsual(index), JSON.stringify(one))
      t.equal(list.otherAt(index), one)
    }
    t.same(readAll(list), readAll(unusual))
  })

  t.test('are any number, each with its place among others', async t => {
    const items = Array.from({ length: 1_000 }, (_, n) => n % 7 === 0 ? n : item({ code: `a-${n}`, unit: `H56-${n}` }))
    const list = listOf(items)
    t.equal(list.length, 1_000)
    t.match(readAll(list), items.map(one => typeof one === 'number' ? ' invalid_type' : { code: one.code, unit: one.unit }))
  })

  t.test('have names of which each is held once, up to a bound', async t => {
    const names = new RecordNames()
    listOf(Array.from({ length: 10_000 }, (_, n) => item({ unit: `H56-${n}` })), names)
    const list = listOf([item({ unit: 'H56-0' }), item({ unit: 'H56-10000' })], names)
    t.same([list.isUsual(0), list.isUsual(1)], [true, false])
    t.match(readAll(list), [{ unit: 'H56-0' }, { unit: 'H56-10000' }])
  })
})
