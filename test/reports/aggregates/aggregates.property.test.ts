import { deepStrictEqual } from 'node:assert/strict'
import fc from 'fast-check'
import type { ReportRow } from '../../../src/reports/filled-report/schema.ts'
import { forEachDatabase } from '../../database.ts'
import { runs } from '../../property.ts'

const COUNT = { name: 'x', value_type: 'count', measure: 'Văn bản' }
const PERCENT = { ...COUNT, value_type: 'percent' }
const units = (rule: string, given = {}) => ({ op: 'units', rule, ...given })
const OF_TWO = { numerator: 'a', denominator: 'b' }
const INDICATORS = [
  { ...COUNT, code: 'a' }, { ...COUNT, code: 'b' }, { ...COUNT, code: 'topmost', derivation: units('sum', { indicator: 'a' }) },
  { ...COUNT, code: 'communes', derivation: units('sum', { indicator: 'a', level: ['commune'] }) },
  { ...PERCENT, code: 'share', derivation: units('ratio_of_sums', OF_TWO) },
  { ...PERCENT, code: 'share_of_communes', derivation: units('ratio_of_sums', { ...OF_TWO, level: ['commune'] }) }
].map((indicator, i) => ({ ...indicator, position: i + 1 }))

interface Node {
  a: number | null
  b: number | null
  isCommune: boolean
  children: Node[]
}

const number = fc.option(fc.nat(50))
const nodeAbove = (levels: number): fc.Arbitrary<Node> => fc.record({
  a: number, b: number, isCommune: fc.boolean(),
  children: levels === 0 ? fc.constant([]) : fc.array(nodeAbove(levels - 1), { maxLength: 3 })
})

const sum = (numbers: (number | null)[]) => numbers.reduce((total: number, one) => total + (one ?? 0), 0)

/** Those below that report first, and how many would have to. */
function topmost (tree: Node, reports: (node: Node) => boolean): { found: Node[], expected: number } {
  return tree.children.reduce(({ found, expected }, child) => {
    if (reports(child)) return { found: [...found, child], expected: expected + 1 }
    const within = topmost(child, reports)
    const isBottom = child.children.length === 0
    return { found: [...found, ...within.found], expected: expected + (isBottom ? 1 : within.expected) }
  }, { found: [] as Node[], expected: 0 })
}

/** The same of one level: those of it that report first, and those that none of them stands for. */
function topmostOf (
  isOfLevel: (node: Node) => boolean, trees: Node[], reports: (node: Node) => boolean
): { found: Node[], expected: number } {
  return trees.reduce(({ found, expected }, tree) => {
    const isOne = isOfLevel(tree)
    if (isOne && reports(tree)) return { found: [...found, tree], expected: expected + 1 }
    const within = topmostOf(isOfLevel, tree.children, reports)
    return { found: [...found, ...within.found], expected: expected + within.expected + (isOne ? 1 : 0) }
  }, { found: [] as Node[], expected: 0 })
}

/** A unit below a commune is one as well. */
function settled (tree: Node, isWithinCommune = false): Node {
  const isCommune = isWithinCommune || tree.isCommune
  return { ...tree, isCommune, children: tree.children.map(child => settled(child, isCommune)) }
}

const hasA = ({ a }: Node) => a !== null
const hasBoth = ({ a, b }: Node) => a !== null && b !== null
const isCommune = (node: Node) => node.isCommune
const counted = (of: Node[], expected: number) => (
  [expected === 0 || of.length === 0 ? null : sum(of.map(({ a }) => a)), of.length, expected])
const divided = (of: Node[], expected: number) => (
  [of.length === 0 ? [null, null] : [sum(of.map(({ a }) => a)), sum(of.map(({ b }) => b))], of.length, expected])

const trees = fc.array(nodeAbove(3), { minLength: 1, maxLength: 4 })
let run = 0

forEachDatabase('what units report', async (t, { get, post }) => {
  await post('/v1/forms', { items: [{ code: 'own', name: 'x', valid_from: '2020-01-01', indicators: INDICATORS }] })

  t.test('is added up in any tree of units as it would be by hand', async t => {
    await t.resolves(fc.assert(fc.asyncProperty(trees, async children => {
      const tree = settled({ a: 1, b: 1, isCommune: false, children })
      const root = `T${++run}`
      const items: object[] = []
      const values: object[] = []
      const add = (one: Node, code: string, parent: string) => {
        const level = one.isCommune ? 'commune' : 'district'
        items.push({ code, name: code, kind: level, level, parent, reports_dossiers: false, valid_from: '2000-01-01' })
        for (const name of ['a', 'b'] as const) {
          if (one[name] !== null) values.push({ unit: code, period: '2021-H1', form: 'own', indicator: name, number: one[name] })
        }
        one.children.forEach((child, i) => { add(child, `${code}-${i}`, code) })
      }
      add(tree, root, 'H56')
      deepStrictEqual((await post('/v1/units', { items })).status, 200)
      deepStrictEqual((await post('/v1/indicator-values', { items: values })).status, 200)

      const { rows } = (await get(`/v1/reports/${root}/2021-H1?form=own`)).body as { rows: ReportRow[] }
      const row = (code: string) => rows.find(one => one.code === code)!
      const shown = (code: string) => [row(code).computed_number, row(code).units_reported, row(code).units_expected]
      const parts = (code: string) => [
        [row(code).computed_numerator, row(code).computed_denominator], ...shown(code).slice(1)
      ]
      const [ofA, ofBoth] = [topmost(tree, hasA), topmost(tree, hasBoth)]
      deepStrictEqual(shown('topmost'), counted(ofA.found, ofA.expected))
      const communes = topmostOf(isCommune, tree.children, hasA)
      const communesOfBoth = topmostOf(isCommune, tree.children, hasBoth)
      deepStrictEqual(shown('communes'), counted(communes.found, communes.expected))
      deepStrictEqual(parts('share'), divided(ofBoth.found, ofBoth.expected))
      deepStrictEqual(parts('share_of_communes'), divided(communesOfBoth.found, communesOfBoth.expected))

      const { items: levels } = (await get(`/v1/indicator-values?unit=${root}&period=2021-H1&group_by=level&form=own&indicator=a`)).body
      const ofLevel = (wanted: boolean) => topmostOf(one => one.isCommune === wanted, [tree], hasA)
      deepStrictEqual(
        levels.map((one: Record<string, unknown>) => [one['level'], one['number'], one['units_reported'], one['units_expected']]),
        [['commune', ofLevel(true)] as const, ['district', ofLevel(false)] as const].filter(([, { found }]) => found.length > 0)
          .map(([level, { found, expected }]) => [level, ...counted(found, expected)]))
    }), { numRuns: runs(60) }))
  })
})
