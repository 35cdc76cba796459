import t from 'tap'
import { auditRowsOf } from '../../src/writes/changes.ts'

const changed = (before: object, after: object) => (
  auditRowsOf('notes', [{ outcome: 'updated', before: { code: '1', ...before }, after: { code: '1', ...after } }], { key: ['code'] }))

t.test('a note that says null is another than none', async t => {
  t.match(changed({ note: null, by: 'a' }, { note: 'null', by: 'a' }), [{ before: { note: null }, after: { note: 'null' } }])
})

t.test('lists are the same that hold the same', async t => {
  t.same(changed({ aliases: ['a'], name: 'A' }, { aliases: ['a'], name: 'B' })[0]!.after, { name: 'B' })
  t.same(changed({ aliases: ['a'] }, { aliases: ['a', 'b'] })[0]!.after, { aliases: ['a', 'b'] })
})
