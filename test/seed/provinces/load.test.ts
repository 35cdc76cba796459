import { SCOPES } from '../../../src/contract/caller.ts'
import { createAdministratorKey } from '../../../src/access/clients/first-key.ts'
import { load } from '../../../src/seed/load.ts'
import { loadProvince } from '../../../src/seed/provinces/load.ts'
import { provinceNamed } from '../../../src/seed/provinces/provinces.ts'
import { runOwnWrite } from '../../../src/writes/unit-of-work.ts'
import { forEachDatabase } from '../../database.ts'

const NOTHING = { levels: 0, units: 0, fields: 0, periods: 0, sources: 0, forms: 0, indicators: 0, rules: 0 }

forEachDatabase('a province that sets itself up beside another', async (t, { db, get, post, put }) => {
  const setUp = (name: string, code: string) => runOwnWrite(db, 'tests', 'setup', async write => {
    const province = provinceNamed(name)
    const added = await loadProvince(write.trx, province, code)
    return { added, administrator: await createAdministratorKey(write, { code, name: province.name }) }
  })
  const unitsOf = async (query: string, headers = {}) => (
    (await get(`/v1/units?limit=10000&${query}`, headers)).body.items as { code: string }[]).map(({ code }) => code)

  const before = await unitsOf('')
  const first = await setUp('Nghệ An', 'H41')
  const headers = { authorization: `Bearer ${first.administrator!.key}` }

  t.test('adds its units, and of the rest what is missing', async t => {
    t.same(first.added, { ...NOTHING, units: 131 })
    t.equal((await unitsOf('')).length, before.length + 131)
    t.same(await unitsOf('q=thanh%20vinh&parent=H41'), ['H41-16681'])
    t.match(await get('/v1/units/gso:16681'), { status: 200, body: { code: 'H41-16681', name: 'Phường Thành Vinh' } })
    t.same(await unitsOf('parent=H41&as_of=2025-06-30'), [])
  })

  t.test('changes nothing the second time, and makes no other key', async t => {
    t.match(await put('/v1/sources/one-stop', { name: 'Một cửa Nghệ An', precedence: 7, synthetic: false }), { status: 200 })
    t.same(await setUp('40', 'H41'), { added: NOTHING, administrator: null })
    const { items } = (await get('/v1/sources')).body as { items: { code: string }[] }
    t.match(items.find(({ code }) => code === 'one-stop'), { name: 'Một cửa Nghệ An', precedence: 7 })
  })

  t.test('has an administrator who may do everything within it', async t => {
    t.match(await get('/v1/clients/admin-h41', headers), {
      status: 200, body: { name: 'Quản trị Tỉnh Nghệ An', unit: 'H41', scopes: [...SCOPES], source: null }
    })
    const client = { name: 'x', source: 'one-stop', scopes: ['write:dossiers'] }
    t.match(await put('/v1/clients/vinh', { ...client, unit: 'H41-16681' }, headers), { status: 200 })
    t.match(await put('/v1/clients/other', { ...client, unit: 'H56-380' }, headers), { status: 403 })
  })

  t.test('posts, is answered, and does not see the other province, which does not see it', async t => {
    const items = [{ code: 'x', unit: 'H41-16681', procedure: '1.001193', channel: 'online', status: 4,
      received_at: '2025-10-01T08:00:00+07:00', updated_at: '2025-10-01T08:00:00+07:00' }]
    t.match(await post('/v1/dossiers?source=one-stop', { items }, headers), { status: 200, body: { created: 1 } })
    t.match(await post('/v1/dossiers?source=one-stop', { items: [{ ...items[0], unit: 'H56-STP' }] }, headers), {
      status: 403, body: { errors: [{ code: 'forbidden_unit' }] }
    })
    const other = await runOwnWrite(db, 'tests', 'setup', async write => (
      (await createAdministratorKey(write, { code: 'H56', name: 'Tỉnh Thanh Hóa' }))!))
    const otherHeaders = { authorization: `Bearer ${other.key}` }
    t.match(await get('/v1/dossiers?source=one-stop', headers), { body: { items: [{ code: 'x' }] } })
    t.match(await get('/v1/dossiers?source=one-stop', otherHeaders), { body: { items: [] } })
    t.same(await unitsOf('', otherHeaders), before)
    t.equal((await unitsOf('', headers)).length, 131)
    for (const [unit, key] of [['H56', headers], ['H41', otherHeaders]] as const) {
      t.match(await get(`/v1/units/${unit}`, key), { status: 404 })
      t.match(await get(`/v1/on-time?period=2025-Q4&unit=${unit}`, key), { status: 400, body: { errors: [{ code: 'unknown_unit' }] } })
      t.match(await get(`/v1/forms/ii-06a/${unit}/2025-Q4`, key), { status: 404 })
    }
  })

  t.test('is refused a code that is in use, and another code than its own', async t => {
    await t.rejects(setUp('Huế', 'H41'), { message: 'H41 is Tỉnh Nghệ An in this database' })
    await t.rejects(setUp('Nghệ An', 'H42'), { message: 'Tỉnh Nghệ An has the code H41 in this database' })
  })

  t.test('is refused the units of today among those of before that had their codes', async t => {
    await t.rejects(setUp('Thanh Hóa', 'H56'), { message: /^H56 has the units from before 2025-07-01 .*, such as H56-\d+, .* of its own$/ })
    t.equal((await unitsOf('parent=H56&descendants=true')).length, before.length - 1)
  })

  t.test('keeps the sample out, unless the sample was there before', async t => {
    const statistics = async () => (
      await db.selectFrom('statistics_sets').select('period').where('period', 'like', '2021-%').execute()).length
    const [sets, procedures] = [await statistics(), (await get('/v1/procedures')).body.items.length]
    await load(db, 'true')
    t.same([await statistics(), (await get('/v1/procedures')).body.items.length], [sets, procedures])
  })
})
