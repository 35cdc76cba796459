import t from 'tap'
import { aliases, units } from '../../../src/seed/catalogue/units.ts'

const all = units()
const byCode = new Map(all.map(unit => [unit.code, unit]))

t.test('Thanh Hóa has 20 departments, 27 districts and 559 communes under one province', async t => {
  const count = (level: string) => all.filter(unit => unit.level === level && unit.kind !== 'province').length
  t.strictSame([count('province'), count('district'), count('commune')], [20, 27, 559])
  t.equal(all.length, byCode.size, 'every code is given once')
})

t.test('every unit stands after its parent and continues its path', async t => {
  t.strictSame(byCode.get('H56-14755')?.path, ['H56', 'H56-380', 'H56-14755'])
  t.ok(all.slice(1).every((unit, i) => {
    const parent = all.slice(0, i + 1).find(earlier => earlier.code === unit.parent)
    return parent !== undefined && unit.path.join() === [...parent.path, unit.code].join()
  }))
})

t.test('a unit is described in the words of the service', async t => {
  t.strictSame(byCode.get('H56-381'), {
    id: 'H56-381',
    code: 'H56-381',
    province_code: 'H56',
    name: 'Thị xã Bỉm Sơn',
    kind: 'town',
    level: 'district',
    parent: 'H56',
    path: ['H56', 'H56-381'],
    reached_by: ['H56', 'H56-381'],
    reports_dossiers: true,
    valid_from: '2019-12-01',
    valid_to: '2025-06-30',
    search_name: 'thi xa bim son'
  })
  t.match(byCode.get('H56-BQLKKTNS'), { kind: 'board', level: 'province', parent: 'H56', valid_to: null })
  t.match(byCode.get('H56-15061'), { name: 'Thị trấn Ngọc Lặc', kind: 'township' })
})

t.test('the province reports no dossiers of its own, everybody below does', async t => {
  t.strictSame(all.filter(unit => !unit.reports_dossiers).map(unit => unit.code), ['H56'])
})

t.test('districts and communes of 2021 end with the district level, departments stay', async t => {
  t.ok(all.every(unit => unit.valid_to === (unit.level === 'province' ? null : '2025-06-30')))
})

t.test('the General Statistics Office has a code for every unit but the departments', async t => {
  const codes = new Map(aliases().map(alias => [alias.external_code, alias.unit]))
  t.equal(codes.size, 1 + 27 + 559)
  t.strictSame(['38', '380', '14755'].map(code => codes.get(code)), ['H56', 'H56-380', 'H56-14755'])
  t.ok([...codes.values()].every(unit => byCode.has(unit)))
})
