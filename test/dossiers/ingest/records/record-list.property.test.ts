import fc from 'fast-check'
import t from 'tap'
import { wellFormedItems } from '../../../../src/dossiers/ingest/validate.ts'
import { RecordNames } from '../../../../src/dossiers/ingest/records/record-names.ts'
import { RecordList } from '../../../../src/dossiers/ingest/records/record-list.ts'
import { item } from '../../given.ts'

const instant = fc.constantFrom(
  '2021-05-20T08:00:00+07:00', '2021-05-20T08:00:00.5Z', '1975-06-12T23:59:59+07:00', '1975-06-13T00:00:00+07:00',
  '2199-12-31T23:59:59+07:00', '2200-01-01T00:00:00+07:00', '2021-02-30T08:00:00Z', '2021-05-20', '', null, 7
)
const text = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.constantFrom('H56-1', 'H56@2021-01-01', '1.010708', 'e\u0301', '\ud800'))
const changed = fc.record({
  code: text, unit: text, procedure: text, channel: fc.oneof(fc.constantFrom('online', 'direct', 'postal', null), text),
  status: fc.oneof(fc.integer({ min: -1, max: 12 }), fc.double(), text, fc.constant(null)),
  received_at: instant, due_at: instant, finished_at: instant, returned_at: instant, updated_at: instant,
  source: fc.constantFrom('one-stop', 'other', 'One Stop', null), supplements: fc.constantFrom([], [7], null),
  deleted: fc.boolean(), parts: fc.constantFrom(2, null), __proto__: fc.constant(7), other: fc.anything()
}, { requiredKeys: [] })

t.test('a record of a stream that passes as usual would pass any check, and says the same', async () => {
  const names = new RecordNames()
  const leftOut = fc.uniqueArray(fc.constantFrom(...Object.keys(item())), { maxLength: 2 })
  fc.assert(fc.property(leftOut, changed, (left, change) => {
    const kept = Object.fromEntries(Object.entries(item()).filter(([name]) => !left.includes(name)))
    const sent = JSON.parse(JSON.stringify({ ...kept, ...change })) as unknown
    const list = new RecordList({ names, source: 'one-stop' })
    list.push(sent)
    if (!list.isUsual(0)) return list.otherAt(0) === sent
    const { wellFormed: { indexes, recordAt }, malformed } = wellFormedItems([sent])
    if (malformed.length > 0 || indexes.length !== 1) return false
    return JSON.stringify({ ...recordAt(0), item: null }) === JSON.stringify(list.recordAt(0))
  }), { numRuns: 20_000 })
})
