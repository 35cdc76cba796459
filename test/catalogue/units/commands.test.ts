import fc from 'fast-check'
import { forEachDatabase, type Service } from '../../database.ts'
import { runs } from '../../property.ts'

const COUNTS = { created: 0, updated: 0, unchanged: 0, deleted: 0, rejected: 0, errors: [] }
const PROVINCE = {
  code: 'H41', name: 'Tỉnh Nghệ An', kind: 'province', level: 'province', reports_dossiers: false, valid_from: '2020-01-01'
}
const DISTRICT = { ...PROVINCE, code: 'H41-412', name: 'Thành phố Vinh', kind: 'city', level: 'district', parent: 'H41' }
const COMMUNE = { ...PROVINCE, code: 'H41-16681', name: 'Xã Nghi Phú', kind: 'commune', level: 'commune', parent: 'H41-412' }
const BESIDE = { parent: null, valid_to: null, aliases: [] }

async function faultsOf (post: Service['post'], ...items: unknown[]) {
  const { body } = await post('/v1/units', { items })
  return body.errors.map(({ pointer, code }: Record<string, string>) => `${pointer} ${code}`).sort()
}

forEachDatabase('a province that sets itself up', async (t, { get, post, put }) => {
  t.test('posts its units in any order, and they are there at once', async t => {
    t.same((await post('/v1/units', { items: [COMMUNE, DISTRICT, { ...PROVINCE, aliases: ['gso:40', 'dvc:H41'] }] })).body,
      { ...COUNTS, received: 3, created: 3 })
    t.match((await get('/v1/units/gso:40')).body, { ...BESIDE, ...PROVINCE, id: 'H41', aliases: ['dvc:H41', 'gso:40'] })
    t.same((await get('/v1/units?parent=H41&descendants=true')).body.items.map(({ code }: { code: string }) => code), ['H41-16681', 'H41-412'])
    t.same((await post('/v1/units', { items: [{ ...PROVINCE, aliases: ['gso:40', 'dvc:H41'] }, COMMUNE] })).body,
      { ...COUNTS, received: 2, unchanged: 2 })
    t.match((await get('/v1/changes?resource=units&limit=10000')).body.items.at(-1), { key: { code: 'H41' }, action: 'created' })
  })

  t.test('is not given another id', async t => {
    const answer = await post('/v1/units', { items: [{ ...DISTRICT, id: 'H41-413' }] })
    t.match(answer.body.errors, [{ pointer: '/items/0/id', code: 'unknown_unit' }])
    t.match((await post('/v1/units', { items: [{ ...DISTRICT, id: 'H41-412' }] })).body, { unchanged: 1 })
  })

  t.test('corrects a name, which is found from then on', async t => {
    t.match((await post('/v1/units', { items: [{ ...DISTRICT, name: 'Thị xã Cửa Lò' }] })).body, { updated: 1 })
    t.same((await get('/v1/units?q=cua+lo&parent=H41')).body.items.map(({ code }: { code: string }) => code), ['H41-412'])
    t.match((await post('/v1/units', { items: [DISTRICT] })).body, { updated: 1 })
  })

  t.test('moves a unit without figures, with all below it', async t => {
    const other = { ...DISTRICT, code: 'H41-413' }
    t.match((await post('/v1/units', { items: [other, { ...COMMUNE, parent: 'H41-413' }] })).body, { created: 1, updated: 1 })
    t.match((await post('/v1/units', { items: [{ ...COMMUNE, code: 'H41-2', parent: 'H41-16681' }] })).body, { created: 1 })
    t.match((await post('/v1/units', { items: [COMMUNE] })).body, { updated: 1 })
    t.same((await get('/v1/units?parent=H41-412&descendants=true')).body.items.map(({ code }: { code: string }) => code), ['H41-16681', 'H41-2'])
  })

  t.test('writes with a key of its own within its reach alone', async t => {
    await put('/v1/clients/vinh', { name: 'Vinh', scopes: ['write:catalogue'], unit: 'H41-412' })
    const { body: { key } } = await post('/v1/clients/vinh/keys', undefined)
    const as = { authorization: `Bearer ${key}` }
    const codeOf = async (item: object) => {
      const { status, body } = await post('/v1/units', { items: [item] }, as)
      return status === 200 ? 'taken' : `${status} ${body.errors.map(({ code }: { code: string }) => code).join()}`
    }
    t.equal(await codeOf({ ...DISTRICT, name: 'Vinh' }), 'taken')
    t.equal(await codeOf({ ...COMMUNE, code: 'H41-3' }), 'taken')
    t.equal(await codeOf({ ...PROVINCE, code: 'H99' }), '403 forbidden_unit')
    t.equal(await codeOf({ ...DISTRICT, parent: 'H41-413' }), '403 forbidden_unit')
    t.equal(await codeOf({ ...COMMUNE, code: 'H41-3', parent: 'H41-413' }), '403 forbidden_unit')
    t.equal(await codeOf({ ...COMMUNE, code: 'H41-413', parent: 'H41-412' }), '403 forbidden_unit')
    t.equal(await codeOf({ ...DISTRICT, code: 'H41-413', parent: 'none' }), '403 forbidden_unit', 'and learns nothing else')
    await post('/v1/units', { items: [{ ...COMMUNE, code: 'H41-4', parent: 'H41-413' }] })
    const items = [{ ...DISTRICT, code: 'H41-413', parent: 'H41-412' }, { ...COMMUNE, code: 'H41-5', parent: 'H41-4' }]
    t.match((await post('/v1/units?mode=partial', { items }, as)).body, {
      rejected: 2, errors: [{ code: 'forbidden_unit' }, { pointer: '/items/1/parent', code: 'parent_rejected' }]
    }, 'nor below a unit that would have come within it')
  })
})

forEachDatabase('a unit that does not fit', async (t, { get, post }) => {
  await post('/v1/units', { items: [PROVINCE, DISTRICT, COMMUNE] })
  t.test('below its parent is refused', async t => {
    t.same(await faultsOf(post, { ...COMMUNE, code: 'x', parent: 'H41-9' }, { ...COMMUNE, code: 'y', level: 'hamlet', valid_to: '2019-01-01' }),
      ['/items/0/parent unknown_unit', '/items/1/level unknown_level', '/items/1/valid_from parent_not_valid', '/items/1/valid_to out_of_range'])
    t.same(await faultsOf(post, { ...DISTRICT, code: 'x', parent: 'H41-16681' }), ['/items/0/level not_allowed'])
    t.same(await faultsOf(post, { ...COMMUNE, parent: 'x' }, { ...COMMUNE, code: 'x', parent: 'H41-16681' }),
      ['/items/0/parent parent_cycle', '/items/1/parent parent_cycle'])
    t.same(await faultsOf(post, { ...DISTRICT, code: 'x', valid_to: '2020-12-31' }, { ...COMMUNE, code: 'y', parent: 'x', valid_from: '2021-01-01' }),
      ['/items/1/valid_from parent_not_valid'])
    const chain = Array.from({ length: 17 }, (_, i) => ({ ...COMMUNE, code: `c-${i}`, parent: i === 0 ? 'H41' : `c-${i - 1}` }))
    t.ok((await faultsOf(post, ...chain)).includes('/items/15/parent out_of_range'))
  })

  t.test('above those below it is refused', async t => {
    t.same(await faultsOf(post, { ...DISTRICT, valid_from: '2000-01-01', valid_to: '2010-01-01' }),
      ['/items/0 units_depend', '/items/0/valid_from parent_not_valid'].slice(1))
    t.same(await faultsOf(post, { ...PROVINCE, level: 'commune' }), ['/items/0 units_depend'])
  })

  t.test('into its province is refused', async t => {
    t.same(await faultsOf(post, { ...DISTRICT, parent: 'H56' }), ['/items/0/parent several_provinces'])
    t.same(await faultsOf(post, PROVINCE, { ...COMMUNE, code: 'x', parent: 'H56' }), ['/items/1 several_provinces'])
  })

  t.test('with its alias is refused', async t => {
    t.same(await faultsOf(post, { ...PROVINCE, aliases: ['gso:38'] }), ['/items/0/aliases/0 alias_taken'])
    t.same(await faultsOf(post, { ...PROVINCE, aliases: ['a:1'] }, { ...DISTRICT, aliases: ['a:1'] }),
      ['/items/0/aliases/0 alias_taken', '/items/1/aliases/0 alias_taken'])
    t.same(await faultsOf(post, { ...PROVINCE, aliases: ['none'] }), ['/items/0/aliases/0 malformed'])
  })

  t.test('takes those below it out of a batch with it', async t => {
    const items = [null, { ...COMMUNE, code: 'z', parent: 'y' }, { ...COMMUNE, code: 'y', parent: 'x' }, { ...DISTRICT, code: 'x', level: 'none' }, { ...PROVINCE, name: 'Nghệ An' }]
    t.match((await post('/v1/units?mode=partial', { items })).body, {
      updated: 1, rejected: 4,
      errors: [{ pointer: '/items/0' }, { code: 'parent_rejected' }, { code: 'parent_rejected' }, { code: 'unknown_level' }]
    })
    t.equal((await get('/v1/units/x')).status, 404)
  })
})

forEachDatabase('a unit with figures', async (t, { get, post }) => {
  const unitNamed = async (code: string) => {
    const { as_of, versions, others, dated_aliases, ...unit } = (await get(`/v1/units/${code}`)).body
    return unit
  }
  const city = await unitNamed('H56-380')
  const [commune] = (await get('/v1/units?parent=H56-380&limit=1')).body.items

  t.test('keeps its level and its parent', async t => {
    t.same(await faultsOf(post, { ...city, level: 'commune', parent: 'H56-381' }), [
      '/items/0/level unit_has_figures', '/items/0/parent unit_has_figures'])
    t.same(await faultsOf(post, { ...commune, parent: 'H56' }), ['/items/0/parent unit_has_figures'])
  })

  t.test('has a lifetime that covers them', async t => {
    t.same(await faultsOf(post, { ...city, valid_to: '2021-01-01' }), ['/items/0 unit_has_figures'])
    t.match((await post('/v1/units', { items: [{ ...city, valid_to: '2025-01-01', valid_from: '2021-06-16' }] })).body, { updated: 1 })
    const dossier = {
      code: 'late', unit: 'H56-380', procedure: '1.001612', channel: 'direct', status: 4,
      received_at: '2023-05-31T08:00:00+07:00', updated_at: '2023-05-31T08:00:00+07:00'
    }
    t.match((await post('/v1/dossiers?source=one-stop', { items: [dossier] })).status, 200)
    t.same(await faultsOf(post, { ...city, valid_to: '2023-05-30' }), ['/items/0 unit_has_figures'])
    t.same(await faultsOf(post, { ...city, valid_from: '2023-06-01' }), ['/items/0 unit_has_figures'])
  })

  t.test('has one that covers dossiers which have moved on since, to their last day there', async t => {
    const dossier = { code: 'moved', unit: 'H56-382', procedure: '1.001612', channel: 'direct', status: 4 }
    const versions = [{ updated_at: '2024-05-31T08:00:00+07:00' }, { unit: 'H56-384', updated_at: '2024-07-10T08:00:00+07:00' }]
    const items = versions.map(version => ({ ...dossier, received_at: '2024-05-31T08:00:00+07:00', ...version }))
    t.match((await post('/v1/dossiers?source=one-stop', { items })).body, { created: 1 })
    const unit = await unitNamed('H56-382')
    for (const outside of [{ valid_to: '2024-07-08' }, { valid_to: '2024-05-30' }, { valid_from: '2024-07-10' }]) {
      t.match((await post('/v1/units', { items: [{ ...unit, ...outside }] })).body.errors, [{ pointer: '/items/0', code: 'unit_has_figures', detail: /moved|2021/ }])
    }
    t.match((await post('/v1/units', { items: [{ ...unit, valid_to: '2024-07-09' }] })).body, { updated: 1 })
  })

  t.test('has one without regard to dossiers that were deleted', async t => {
    const unit = await unitNamed('H56-385')
    const deletion = { code: 'gone', unit: 'H56-385', deleted: true, updated_at: '2024-05-31T08:00:00+07:00' }
    t.match((await post('/v1/dossiers?source=one-stop', { items: [deletion] })).status, 200)
    t.match((await post('/v1/units', { items: [{ ...unit, valid_to: '2024-01-01' }] })).body, { updated: 1 })
  })

  t.test('that is a province stays one', async t => {
    await post('/v1/units', { items: [PROVINCE] })
    t.same(await faultsOf(post, { ...await unitNamed('H56'), parent: 'H41' }),
      ['/items/0/parent several_provinces', '/items/0/parent unit_has_figures'])
    t.same(await faultsOf(post, { ...await unitNamed('H56-SNV'), valid_from: '2024-01-01' }), ['/items/0 unit_has_figures'])
  })

  t.test('is renamed at any time', async t => {
    const renamed = { ...await unitNamed('H56-381'), name: 'Bỉm Sơn', reports_dossiers: false }
    t.match((await post('/v1/units', { items: [renamed] })).body, { updated: 1 })
  })
})

forEachDatabase('units in any order of batches are those of one batch', async (t, { get, post }) => {
  let run = 0
  const arbitraryParents = fc.array(fc.nat(), { minLength: 1, maxLength: 8 })
  await fc.assert(fc.asyncProperty(arbitraryParents, fc.nat(3), async (parents, split) => {
    const make = (root: string) => [
      { ...PROVINCE, code: root },
      ...parents.map((n, i) => ({ ...COMMUNE, code: `${root}-${i}`, parent: i === 0 ? root : `${root}-${n % i}` }))
    ]
    const below = async (root: string) => (await get(`/v1/units?parent=${root}&descendants=true`)).body.items
      .map((unit: { code: string, parent: string }) => [unit.code, unit.parent].join().replaceAll(root, ''))
    const [one, two] = [`A${++run}`, `B${run}`]
    const whole = await post('/v1/units', { items: make(one).reverse() })
    const items = make(two)
    for (let i = 0; i < items.length; i += split + 1) {
      await post('/v1/units', { items: items.slice(i, i + split + 1).reverse() })
    }
    return whole.status === 200 && JSON.stringify(await below(one)) === JSON.stringify(await below(two))
  }), { numRuns: runs(10) })
  t.pass()
})
