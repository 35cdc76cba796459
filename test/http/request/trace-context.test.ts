import t from 'tap'
import { traceOf } from '../../../src/http/request/trace-context.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const PARENT = 'b7ad6b7169203331'

t.test('a traceparent names the trace that a request belongs to', async t => {
  const expected = { trace_id: TRACE, parent_id: PARENT }
  t.same(traceOf(`00-${TRACE}-${PARENT}-01`), expected)
  t.same(traceOf(`00-${TRACE}-${PARENT}-00`), expected)
  t.same(traceOf(`cc-${TRACE}-${PARENT}-01-what-will-be`), expected, 'of a later version, too')
})

t.test('one that is not valid names none', async t => {
  for (const text of [
    '', 'nonsense', `${TRACE}-${PARENT}`, `00-${TRACE}-${PARENT}`, `ff-${TRACE}-${PARENT}-01`, `00-${TRACE}-${PARENT}-01-more`,
    `00-${'0'.repeat(32)}-${PARENT}-01`, `00-${TRACE}-${'0'.repeat(16)}-01`, `00-${TRACE.toUpperCase()}-${PARENT}-01`,
    `00-${TRACE.slice(1)}-${PARENT}-01`, `00-${TRACE}-${PARENT}0-01`, `0-${TRACE}-${PARENT}-01`, ` 00-${TRACE}-${PARENT}-01`,
    `cc-${TRACE}-${PARENT}-01more`, `00-${TRACE}-${PARENT}-01, 00-${TRACE}-${PARENT}-01`
  ]) {
    t.equal(traceOf(text), undefined, JSON.stringify(text))
  }
})
