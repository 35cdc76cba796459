import fc from 'fast-check'
import { forEachDatabase } from '../database.ts'
import { runs } from '../property.ts'
import { KINDS, type TestedKind } from './kinds.ts'

const SOURCES = ['one-stop', 'other', 'higher'] as const
const FIELD_OF: Record<string, string> = { 1.001193: 'civil-status', 1.000894: 'civil-status' }
const FIELDS = ['land', 'civil-status', 'justice']

const stepOf = ({ fields }: TestedKind) => fc.record({
  unit: fc.constantFrom('H56-380', 'H56-381'), source: fc.constantFrom(...SOURCES),
  detail: fc.oneof<fc.Arbitrary<string[] | null>[]>(fc.constant(['']), fc.constant(null), ...fields[0] === null ? [] : [
    fc.subarray(FIELDS, { minLength: 1 }), fc.subarray(Object.keys(FIELD_OF), { minLength: 1 })
  ]),
  received: fc.integer({ min: 1, max: 1_000 })
})
type Step = ReturnType<typeof stepOf> extends fc.Arbitrary<infer S> ? S : never

const fieldOf = (code: string) => FIELD_OF[code] ?? code
const kindOf = (code: string) => code === '' ? 'whole' : code in FIELD_OF ? 'procedure' : 'field'

/** The codes of each set that count, by source; sets in the order of their rank. */
function counting (sets: Step[]): Map<string, string[]> {
  const taken: string[] = []
  const [best] = sets
  return new Map(sets.map(({ source, detail }) => {
    const kept = detail!.filter(code => {
      if (code === '' || best!.detail![0] === '') return source === best!.source
      const first = sets.flatMap(set => set.detail!).find(other => fieldOf(other) === fieldOf(code))!
      return kindOf(first) === kindOf(code) && !taken.includes(code)
    })
    taken.push(...detail!)
    return [source, kept]
  }))
}

for (const kind of KINDS) forEachDatabase(`whatever several sources report and take back, each of the ${kind.name} counts once`, async (
  t, { get, post, put, delete: remove }
) => {
  const { statistics, received: arrived } = kind
  await put('/v1/sources/higher', { name: 'Higher', precedence: 101, synthetic: false })
  const period = '2020-Q1'
  const onTime = async (query: string) => (await get(`${kind.onTime}?period=${period}${query}`)).body.items
  await fc.assert(fc.asyncProperty(fc.array(stepOf(kind), { minLength: 2, maxLength: 8 }), async steps => {
    for (const unit of ['H56-380', 'H56-381']) {
      for (const source of SOURCES) await remove(`${statistics}?unit=${unit}&period=${period}&source=${source}`)
    }
    let sets: Step[] = []
    for (const [n, one] of steps.entries()) {
      // The same once more would not be later.
      const next = { ...one, received: one.received + 1_000 * n }
      const { unit, source, detail } = next
      sets = sets.filter(set => set.unit !== unit || set.source !== source)
      if (detail === null) await remove(`${statistics}?unit=${unit}&period=${period}&source=${source}`)
      else {
        sets.unshift(next)
        const name = { whole: 'scope', field: 'field', procedure: 'procedure' }
        await post(`${statistics}?replace=true`, {
          items: detail.map(code => (
            { unit, period, source, ...arrived(next.received), carried_over: 0, resolved_in_time: next.received, [name[kindOf(code)]]: code === '' ? 'own' : code }))
        })
      }
    }
    const expected = ['H56-380', 'H56-381'].flatMap(unit => {
      const ranked = sets.filter(set => set.unit === unit).sort((a, b) => (
        Number(b.source === 'higher') - Number(a.source === 'higher')))
      const kept = counting(ranked)
      if (ranked.length === 0) return []
      return [{
        unit,
        received: ranked.reduce((sum, { source, received }) => sum + received * kept.get(source)!.length, 0),
        units_reported: 1,
        sources_used: ranked.filter(({ source }) => kept.get(source)!.length > 0).map(({ source }) => source).sort(),
        sources_left_out: ranked.filter(({ source, detail }) => kept.get(source)!.length < detail!.length)
          .map(({ source }) => source).sort()
      }]
    })
    const names = ['unit', 'received', 'units_reported', 'sources_used', 'sources_left_out']
    const shown = (rows: Record<string, unknown>[]) => (
      rows.map(row => Object.fromEntries(names.map(name => [name, row[name]]))))
    t.same(shown(await onTime('&group_by=unit')), expected)
    const union = (name: 'sources_used' | 'sources_left_out') => [...new Set(expected.flatMap(row => row[name]))].sort()
    const all = {
      received: expected.reduce((sum, { received }) => sum + received, 0), units_reported: expected.length,
      sources_used: union('sources_used'), sources_left_out: union('sources_left_out')
    }
    t.match(await onTime('&group_by=level'), expected.length === 0 ? [] : [all])
    t.match(await onTime('&level=district'), [expected.length === 0 ? { received: null } : all])
  }), { numRuns: runs(25) })
})
