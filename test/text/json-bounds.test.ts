import t from 'tap'
import { excessOf } from '../../src/text/json-bounds.ts'

const excess = (text: string) => excessOf(Buffer.from(text))

t.test('JSON may be 64 levels deep, side by side as often as needed', async t => {
  const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
  t.equal(excess(nested(64)), null)
  t.equal(excess(nested(65)), 'has more than 64 levels of arrays and objects')
  t.equal(excess(`[${Array(1_000).fill('{"a":[1]}').join()}]`), null)
  t.equal(excess('{"a":'.repeat(65)), 'has more than 64 levels of arrays and objects')
})

t.test('it may have half a million values', async t => {
  const values = (count: number) => `[${Array(count).fill('0').join()}]`
  t.equal(excess(values(500_000)), null)
  t.equal(excess(values(500_001)), 'has more than 500000 values')
  t.equal(excess('[],'.repeat(250_001)), 'has more than 500000 values')
})

t.test('brackets and commas in texts do not count, whatever is escaped', async t => {
  const inside = '[,{'.repeat(300_000)
  for (const text of [`"${inside}"`, `["${inside}\\\\", "\\"${inside}"]`, `"${inside}`, '"\\']) t.equal(excess(text), null)
})
