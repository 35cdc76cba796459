import t from 'tap'
import { addressOf, placed } from '../../../src/reports/workbook-import/addresses.ts'

const ITEMS = [7, 9].map(row => ({ printed: { address: `D${row}` }, note: { address: `E${row}` } }))

t.test('what is said of a value is said of its cell, and what is said of a note of that', async t => {
  t.same(['/items/0', '/items/0/printed', '/items/1/number', '/items/1/note'].map(pointer => addressOf(pointer, ITEMS)), [
    'D7', 'D7', 'D9', 'E9'
  ])
  t.same(placed({ pointer: '/items/1/note', detail: 'items/1/note is too long' }, ITEMS), { pointer: 'E9', detail: 'E9 is too long' })
})

t.test('what is said of no item stays as it is', async t => {
  for (const pointer of ['', '/items', '/items/2', '/path/period']) {
    t.same(placed({ pointer, detail: 'a/b' }, ITEMS), { pointer, detail: 'a/b' })
  }
})
