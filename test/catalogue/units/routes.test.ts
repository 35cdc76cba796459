import { sql } from 'kysely'
import { today } from '../../../src/time/business-day.ts'
import { forEachDatabase } from '../../database.ts'

type Unit = Record<'code' | 'name' | 'level' | 'kind' | 'parent', string>

forEachDatabase('units', async (t, { get, db }) => {
  const unitsOf = async (query: string): Promise<Unit[]> => (await get(`/v1/units?${query}`)).body.items
  const codes = async (query: string) => (await unitsOf(query)).map(({ code }) => code)

  t.test('are found by name, with accents or without, however these are encoded', async t => {
    for (const q of ['thanh hoa', 'Thanh Hóa', 'THANH HÓA', 'Thành Hoa', 'thanh hóa'.normalize('NFD')]) {
      const names = (await unitsOf(`q=${encodeURIComponent(q)}&level=district,province&kind=province,city`)).map(({ name }) => name)
      t.same(names, ['Tỉnh Thanh Hóa', 'Thành phố Thanh Hóa'], q)
    }
    t.same((await unitsOf('q=bim%20son&level=district')).map(({ name }) => name), ['Thị xã Bỉm Sơn'])
    t.same(await codes('q=dong%20son&level=district'), await codes(`q=${encodeURIComponent('Đông Sơn')}&level=district`))
    t.same(await codes('q=%25'), [], 'nothing stands for anything')
    t.same(await codes('q=_'), [])
  })

  t.test('are those directly below a unit, or all of them', async t => {
    t.equal((await codes('parent=H56')).filter(code => /^H56-\d+$/.test(code)).length, 27)
    t.equal((await codes('parent=H56&descendants=true')).length, 606)
    const below = await unitsOf('parent=H56-380')
    t.ok(below.length > 10)
    t.ok(below.every(({ parent, level }) => parent === 'H56-380' && level === 'commune'))
    t.same(await codes('parent=H56-380&descendants=true'), below.map(({ code }) => code))
    t.same(await codes('parent=gso:380'), below.map(({ code }) => code), 'the parent may be named by an alias')
    t.same(await codes('parent=H56-380&descendants=false'), below.map(({ code }) => code))
    t.match(await get('/v1/units?parent=none'), {
      status: 400, body: { errors: [{ pointer: '/query/parent', code: 'unknown_unit', detail: 'there is no unit none' }] }
    })
  })

  t.test('are of a level, of a kind, or of several', async t => {
    t.equal((await codes('level=district')).length, 27)
    t.equal((await codes('level=commune')).length, 559)
    t.equal((await codes('level=district,commune')).length, 27 + 559)
    t.ok((await unitsOf('kind=town')).every(({ name }) => name.startsWith('Thị xã')))
    t.equal((await codes('kind=city,town&level=district')).length, (await codes('kind=city')).length + (await codes('kind=town')).length)
    t.same(await codes('level=none'), [])
  })

  t.test('exist on a day: a district to the last day of districts and not after', async t => {
    t.equal((await codes('level=district&as_of=2025-06-30')).length, 27)
    t.equal((await codes('level=district&as_of=2025-07-01')).length, 0)
    t.equal((await codes('level=province&kind=province&as_of=2099-01-01')).length, 1)
    t.equal((await codes('as_of=2019-11-30')).length, 0)
    t.equal((await codes('level=commune&as_of=2019-12-01')).length, 559)
  })

  t.test('have every property, unknown ones null', async t => {
    const beside = { as_of: today(), others: [] }
    t.same((await get('/v1/units/H56')).body, {
      ...beside,
      id: 'H56', code: 'H56', name: 'Tỉnh Thanh Hóa', kind: 'province', level: 'province', parent: null, reports_dossiers: false,
      valid_from: '2019-12-01', valid_to: null, aliases: ['gso:38'],
      versions: [{ valid_from: '2019-12-01', valid_to: null, name: 'Tỉnh Thanh Hóa', kind: 'province', parent: null, change: null }],
      dated_aliases: [{ source: 'gso', code: '38', valid_from: null, valid_to: null }]
    })
    t.match((await get('/v1/units/H56-380')).body, {
      ...beside,
      id: 'H56-380', code: 'H56-380', name: 'Thành phố Thanh Hóa', kind: 'city', level: 'district', parent: 'H56', reports_dossiers: true,
      valid_from: '2019-12-01', valid_to: '2025-06-30', aliases: ['gso:380']
    })
  })

  t.test('can be addressed by what another system calls them', async t => {
    t.match((await get('/v1/units/gso:380')).body, { code: 'H56-380' })
    await sql`insert into unit_aliases values ('mc', '000.17.22.H56', 'H56-380'), ('mc', 'with:colon', 'H56-381'), ('mc', 'H56-382', 'H56-381')`.execute(db)
    t.match((await get('/v1/units/mc:000.17.22.H56')).body, { code: 'H56-380', aliases: ['gso:380', 'mc:000.17.22.H56'] })
    t.match((await get('/v1/units/mc:with:colon')).body, { code: 'H56-381' })
    t.match((await get('/v1/units/H56-382')).body, { code: 'H56-382' }, 'a code goes before an alias')
  })

  t.test('that are not there are not found', async t => {
    for (const code of ['H57', 'h56', '380', 'gso:999', 'none:380', 'gso:']) {
      t.match(await get(`/v1/units/${code}`), { status: 404, body: { code: 'not_found', detail: `there is no unit "${code}"`, errors: [] } })
    }
    t.equal((await get('/v1/units/H56?format=csv')).status, 400, 'one unit is no table')
  })
})

forEachDatabase('levels come from the top down, with their lifetime', async (t, { get }) => {
  t.same((await get('/v1/levels')).body, {
    items: [
      { code: 'province', name: 'Cấp tỉnh', position: 1, valid_from: '1945-11-22', valid_to: null },
      { code: 'district', name: 'Cấp huyện', position: 2, valid_from: '1945-11-22', valid_to: '2025-06-30' },
      { code: 'commune', name: 'Cấp xã', position: 3, valid_from: '1945-11-22', valid_to: null }
    ],
    next_cursor: null
  })
})
