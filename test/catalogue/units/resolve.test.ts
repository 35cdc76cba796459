import { sql } from 'kysely'
import { resolveUnits, subtreeFor } from '../../../src/catalogue/units/resolve.ts'
import { reachedBy } from '../../../src/catalogue/units/lineage/reach.ts'
import { nationalForms } from '../../../src/catalogue/units/naming/spellings.ts'
import { DomainError } from '../../../src/contract/errors.ts'
import t from 'tap'
import { forEachDatabase } from '../../database.ts'

forEachDatabase('a name is a unit', async (t, { db, get }) => {
  await sql`insert into unit_aliases values ('one-stop', 'tpth', 'H56-380'), ('other', 'tpth', 'H56-381'), ('one-stop', 'H56-382', 'H56-381')`.execute(db)
  const codeOf = async (name: string, source: string | null = null) =>
    (await resolveUnits(db, [{ name, source }]))({ name, source }, '2021-06-01')?.id

  t.test('by its code, before any alias', async t => {
    t.equal(await codeOf('H56-380'), 'H56-380')
    t.equal(await codeOf('H56-382', 'one-stop'), 'H56-382')
  })

  t.test('by the alias that the source which names it gave', async t => {
    t.equal(await codeOf('tpth', 'one-stop'), 'H56-380')
    t.equal(await codeOf('tpth', 'other'), 'H56-381')
    t.equal(await codeOf('tpth'), undefined)
    t.equal(await codeOf('tpth', 'gso'), undefined)
  })

  t.test('by the alias of any source that is named with it', async t => {
    t.equal(await codeOf('other:tpth', 'one-stop'), 'H56-381')
    t.equal(await codeOf('gso:380'), 'H56-380')
    t.equal(await codeOf('gso:none'), undefined)
  })

  t.test('by a national code that an older version let two systems give to two units, for these systems alone', async t => {
    await sql`insert into unit_aliases values ('one-stop', 'H56.22.17', 'H56-380'), ('other', '000.17.22.H56', 'H56-381')`.execute(db)
    t.equal(await codeOf('H56.22.17', 'one-stop'), 'H56-380')
    t.equal(await codeOf('H56.22.17', 'other'), 'H56-381')
    t.equal(await codeOf('H56.22.17'), undefined)
  })

  t.test('by its code on a day, if the calendar has that day', async t => {
    t.equal(await codeOf('H56-380@2025-02-28'), 'H56-380')
    for (const day of ['2025-02-30', '2023-02-29', '2025-13-01', '9999-99-99', '0000-01-01']) {
      t.equal(await codeOf(`H56-380@${day}`), undefined, day)
      t.equal((await get(`/v1/units/H56-380@${day}`)).status, 404, day)
    }
  })

  t.test('and many names are looked up at once, each for its source', async t => {
    const named = [
      { name: 'tpth', source: 'one-stop' }, { name: 'tpth', source: 'other' }, { name: 'tpth', source: null },
      { name: 'H56', source: null }, { name: 'tpth', source: 'one-stop' }
    ]
    const unitOf = await resolveUnits(db, named)
    t.same(named.map(unit => unitOf(unit, '2021-06-01')?.id), ['H56-380', 'H56-381', undefined, 'H56', 'H56-380'])
    t.match(unitOf(named[0]!, '2021-06-01'), { province_code: 'H56', level: 'district', valid_from: '2019-12-01', valid_to: '2025-06-30' })
    t.equal((await resolveUnits(db, []))(named[0]!, '2021-06-01'), undefined)
  })

  t.test('whose subtree a filter asks for, or the filter is refused', async t => {
    t.match(await subtreeFor(db, 'tpth', null, { source: 'other' }), { code: 'H56-381' })
    t.match(await subtreeFor(db, 'gso:380', null), { code: 'H56-380' })
    t.equal(await subtreeFor(db, undefined, null), null, 'no filter, and no bound of the caller: all units')
    t.match(await subtreeFor(db, undefined, 'H56-380'), { code: 'H56-380' })
    await t.rejects(subtreeFor(db, 'gso:381', 'H56-380'), 'what the caller does not reach is not there')
    await t.rejects(subtreeFor(db, 'tpth', null), new DomainError('invalid_request', 'there is no unit tpth'))
    t.match(await get('/v1/dossier-statistics?unit=none'), {
      status: 400, body: { errors: [{ pointer: '/query/unit', code: 'unknown_unit' }] }
    })
  })
})

t.test('a national identifier has two styles', async t => {
  t.same(nationalForms('000.17.22.H56'), ['000.17.22.H56', 'H56.22.17'])
  t.same(nationalForms('000.00.16.H41'), ['000.00.16.H41', 'H41.16'])
  t.same(nationalForms('H56.22'), ['H56.22', '000.00.22.H56'])
  t.same(nationalForms('H15.50.05.13'), ['H15.50.05.13', '13.05.50.H15'])
  t.same(nationalForms('H56-380'), ['H56-380'])
})

t.test('a key follows its unit, but not to a higher level and not to what stands above', async t => {
  const unit = (id: string, position: number, ...above: string[]) => ({ id, position, path: [...above, id] })
  const units = [
    unit('P', 1), unit('dept', 1, 'P'), unit('D', 2, 'P'), unit('E', 2, 'P'), unit('a', 3, 'P', 'D'), unit('b', 3, 'P', 'D'), unit('c', 3, 'P', 'D'),
    unit('d', 3, 'P', 'E'), unit('f', 3, 'P', 'D')
  ]
  const reach = reachedBy(units, [
    { predecessor: 'dept', successor: 'P' }, { predecessor: 'f', successor: 'E' },
    { predecessor: 'a', successor: 'b' }, { predecessor: 'a', successor: 'c' },
    { predecessor: 'b', successor: 'd' }, { predecessor: 'c', successor: 'd' }
  ])
  t.same(reach.get('P'), ['P'])
  t.same(reach.get('E'), ['P', 'E'], 'a commune that a district took over does not get the district')
  t.same(reach.get('d'), ['P', 'E', 'd', 'a', 'b', 'c'])
  t.same(reach.get('a'), ['P', 'D', 'a', 'E', 'b', 'c', 'd'], 'and what there was before is reached by all that took it over')
  t.same(reach.get('b'), ['P', 'D', 'b', 'E', 'a', 'd'])
})
