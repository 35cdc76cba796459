import t from 'tap'
import { communesOf, provinceNamed, provinces } from '../../../src/seed/provinces/provinces.ts'
import { aliasesOf, unitsOf } from '../../../src/seed/provinces/units.ts'

t.test('the country has 34 provinces and 3 321 communes since 2025-07-01, each with a code of its own', async t => {
  const all = provinces()
  const communes = all.flatMap(communesOf)
  t.equal(new Set(all.map(({ code }) => code)).size, 34)
  t.equal(new Set(communes.map(({ code }) => code)).size, 3_321)
  t.ok(communes.every(({ code, name }) => /^\d{5}$/.test(code) && name === name.normalize('NFC').trim()))
  const kinds = Object.groupBy(all.flatMap(province => unitsOf(province, 'H01')), ({ kind }) => kind)
  t.same(Object.fromEntries(Object.entries(kinds).map(([kind, units]) => [kind, units!.length])),
    { province: 34, ward: 687, commune: 2_621, special_zone: 13 })
})

t.test('a commune follows its province, under its statistical code', async t => {
  const province = provinceNamed('Nghệ An')
  const all = unitsOf(province, 'H41')
  t.equal(all.length, 131)
  t.same(all.find(({ code }) => code === 'H41-16681'), {
    id: 'H41-16681', code: 'H41-16681', province_code: 'H41', name: 'Phường Thành Vinh', kind: 'ward', level: 'commune', parent: 'H41',
    path: ['H41', 'H41-16681'], reached_by: ['H41', 'H41-16681'], reports_dossiers: true, valid_from: '2025-07-01', valid_to: null,
    search_name: 'phuong thanh vinh'
  })
  t.match(all[0], { code: 'H41', name: 'Tỉnh Nghệ An', parent: null, path: ['H41'], reports_dossiers: false })
  t.same(aliasesOf(province, 'H41').slice(0, 1), [{ source: 'gso', external_code: '40', unit: 'H41' }])
  t.same(aliasesOf(province, 'H41').map(({ unit }) => unit), all.map(({ code }) => code))
})

t.test('a province is found by name, with accents and type or without, and by statistical code', async t => {
  for (const text of ['Nghệ An', 'Tỉnh Nghệ An', 'nghe an', 'TINH NGHE AN', 'Nghệ An'.normalize('NFD'), ' nghe  an ', '40']) {
    t.equal(provinceNamed(text).name, 'Tỉnh Nghệ An', text)
  }
  for (const text of ['Hồ Chí Minh', 'TP. Hồ Chí Minh', 'tp.ho chi minh', 'Thành phố Hồ Chí Minh', '79']) {
    t.equal(provinceNamed(text).name, 'Thành phố Hồ Chí Minh', text)
  }
  t.equal(provinceNamed('1').name, 'Thành phố Hà Nội')
  t.equal(provinceNamed('thanh hoa').name, 'Tỉnh Thanh Hóa', 'its name is not a type')
})

t.test('for another name the nearest is offered', async t => {
  t.throws(() => provinceNamed('Nge An'), {
    message: 'there is no province Nge An among the 34 since 2025-07-01; the nearest name is Tỉnh Nghệ An'
  })
  t.throws(() => provinceNamed('99'), { message: 'no province has the statistical code 99 since 2025-07-01' })
})
