import t from 'tap'
import { canonicalJson } from '../../src/text/canonical-json.ts'

t.test('canonical JSON is that of RFC 8785', async t => {
  // Its example of section 3.2.2, with the numbers that JavaScript holds.
  const example = {
    numbers: [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
    string: '€$\u000f\nA\'B"\\\\"/',
    literals: [null, true, false]
  }
  t.equal(canonicalJson(example), '{"literals":[null,true,false],' +
    '"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}')
})

t.test('canonical JSON sorts keys by units of UTF-16, at every depth', async t => {
  const unsorted = { '€': 1, '\r': 2, ['\ufb33']: 3, 1: 4, '😀': 5, '\u0080': 6, ö: 7, nested: [{ b: 1, a: {} }] }
  t.same([...canonicalJson(unsorted).matchAll(/:(\d)/g)].map(([, n]) => n), [2, 4, 1, 6, 7, 1, 5, 3].map(String))
  t.equal(canonicalJson({ b: [{ d: 1, c: [] }], a: '' }), '{"a":"","b":[{"c":[],"d":1}]}')
})
