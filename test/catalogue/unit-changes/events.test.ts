import { forEachDatabase, type Service } from '../../database.ts'

const DOCUMENT = { number: '12/NQ-HĐND', date: '2022-12-10', issuer: 'Hội đồng nhân dân tỉnh' }
const DAY = '2023-01-01'
const BASE = { kind: 'commune', level: 'commune', reports_dossiers: true, valid_from: '2020-01-01' }
const PROVINCE = { ...BASE, code: 'T1', name: 'Tỉnh thử', kind: 'province', level: 'province', reports_dossiers: false }
const NEW = { name: 'Xã Mới', kind: 'commune', level: 'commune', parent: 'T1-1', reports_dossiers: true }
const districts = ['T1-1', 'T1-2'].map(code => ({ ...BASE, code, name: `Huyện ${code}`, kind: 'district', level: 'district', parent: 'T1' }))
const communes = ['11', '12', '13', '21'].map(code => ({ ...BASE, code: `T1-${code}`, name: `Xã ${code}`, parent: `T1-${code[0]}` }))

const set = (...events: object[]) => ({ effective_on: DAY, document: DOCUMENT, events })

/** A province with two districts, of three communes and of one. */
async function givenProvince ({ post }: Pick<Service, 'post'>) {
  const { status, text } = await post('/v1/units', { items: [PROVINCE, ...districts, ...communes] })
  if (status !== 200) throw new Error(text)
}

forEachDatabase('an event set', async (t, service) => {
  const { get, post } = service
  await givenProvince(service)
  const unitsOn = async (day: string) => (await get(`/v1/units?parent=T1&descendants=true&as_of=${day}`)).body.items
  const before = await unitsOn('2022-12-31')
  const events = [
    { type: 'merge', units: ['T1-11', 'T1-12'], into: { ...NEW, code: 'T1-11', aliases: ['mc:11'] } },
    { type: 'rename', unit: 'T1-2', name: 'Thị xã Hai', kind: 'town' },
    { type: 'move', unit: 'T1-13', parent: 'T1-2' },
    { type: 'create', unit: { ...NEW, code: 'T1-30', name: 'Xã Ba Mươi', parent: 'T1-2' } },
    { type: 'split', unit: 'T1-21', into: [{ unit: 'T1-30', share: 0.4 }, { unit: 'T1-13', share: 0.6 }] }
  ]

  t.test('is tried first, and says which units change and how', async t => {
    const { status, body } = await post('/v1/unit-changes?dry_run=true', set(...events))
    t.equal(status, 200, JSON.stringify(body))
    t.match(body, { id: null, created: 2, ended: 3, changed: 2 })
    t.same(body.before.map(({ id }: { id: string }) => id), ['T1-11', 'T1-12', 'T1-13', 'T1-2', 'T1-21'])
    t.same(body.after.map(({ id, path }: { id: string, path: string[] }) => [id, path.join('/')]), [
      ['T1-11@2023-01-01', 'T1/T1-1/T1-11@2023-01-01'], ['T1-13', 'T1/T1-2/T1-13'], ['T1-2', 'T1/T1-2'], ['T1-30', 'T1/T1-2/T1-30']
    ])
    t.same(await unitsOn(DAY), before)
  })

  t.test('changes units from its day on', async t => {
    t.match(await post('/v1/unit-changes', set(...events), { 'x-reason': 'test' }), { status: 200, body: { created: 2, ended: 3, changed: 2 } })
    t.same((await unitsOn(DAY)).map(({ id, name, parent }: Record<string, string>) => [id, name, parent]), [
      ['T1-1', 'Huyện T1-1', 'T1'], ['T1-11@2023-01-01', 'Xã Mới', 'T1-1'], ['T1-13', 'Xã 13', 'T1-2'], ['T1-2', 'Thị xã Hai', 'T1'],
      ['T1-30', 'Xã Ba Mươi', 'T1-2']
    ])
    const asBefore = (await unitsOn('2022-12-31')).map((unit: object) => ({ ...unit, valid_to: null }))
    t.same(asBefore, before)
    t.match((await get('/v1/units/T1-13?as_of=2022-06-01')).body, { parent: 'T1-1', versions: [{ parent: 'T1-1', valid_to: '2022-12-31' }, { parent: 'T1-2' }] })
    t.same((await get('/v1/units?parent=T1-2&q=huyen&as_of=2022-06-01')).body.items, [])
    t.equal((await get('/v1/units?parent=T1&q=huyen&as_of=2022-06-01')).body.items.length, 2, 'under their names of the day')
    t.equal((await get('/v1/units/mc:11')).body.id, 'T1-11@2023-01-01')
  })

  t.test('is in the list, the audit and the feed', async t => {
    const { body: { items: [listed] } } = await get('/v1/unit-changes?unit=T1-13&from=2023-01-01&to=2023-12-31')
    t.match(listed, { effective_on: DAY, document_number: DOCUMENT.number, withdrawn: false })
    t.same(listed.events, events)
    t.same((await get('/v1/unit-changes?unit=H56')).body.items, [])
    t.equal((await get('/v1/unit-changes?unit=none')).status, 400)
    const changes = (await get('/v1/changes?limit=10000')).body.items.filter(({ key }: { key: { id?: unknown } }) => String(key.id).startsWith('T1-'))
    t.match(changes.at(-1), { resource: 'units' })
    t.match((await get('/v1/changes?resource=unit-changes')).body.items, [{ action: 'created', key: { id: listed.id } }])
  })

  t.test('is what a post does not overwrite', async t => {
    const unit = (await get('/v1/units?q=hai&parent=T1')).body.items[0]
    t.match((await post('/v1/units', { items: [unit] })).body, { unchanged: 1 })
    t.match((await post('/v1/units', { items: [{ ...unit, aliases: ['mc:2'] }] })).body, { updated: 1 })
    t.match((await post('/v1/units', { items: [{ ...unit, name: 'x' }] })).body.errors, [{ pointer: '/items/0/name', code: 'unit_has_history' }])
    t.match((await post('/v1/units', { items: [{ ...districts[0], parent: 'T1-2' }] })).body.errors, [{ pointer: '/items/0/parent', code: 'unit_has_history' }])
    t.match((await post('/v1/units', { items: [{ ...communes[0], code: 'T1-30' }] })).body.errors, [{ code: 'code_taken' }, { code: 'unit_has_history' }].slice(1))
    t.match((await post('/v1/units', { items: [{ ...communes[1], id: 'T1-9', code: 'T1-9', aliases: ['mc:11'] }] })).body.errors, [{ code: 'alias_taken' }])
    t.match((await post('/v1/units', { items: [{ ...communes[1], code: 'T1-12', valid_from: '2023-01-01' }] })).body, { created: 1 }, 'a later unit with the code')
    t.equal((await get('/v1/units/T1-12')).body.id, 'T1-12@2023-01-01')
  })
})

forEachDatabase('an event set that does not fit', async (t, service) => {
  const { post, put, get } = service
  await givenProvince(service)
  const faults = async (...events: unknown[]) => {
    const { status, body } = await post('/v1/unit-changes', set(...events as object[]))
    return status === 200 ? [] : body.errors.map(({ pointer, code }: { pointer: string, code: string }) => `${pointer.replace('/events', '')} ${code}`)
  }
  const into = { ...NEW, code: 'T1-40' }

  t.test('in its shape is refused', async t => {
    t.same(await faults(null, { type: 'join' }), ['/0/type not_allowed', '/1/type not_allowed'])
    t.same(await faults({ type: 'rename', unit: 'T1-11' }), ['/0/name missing'])
    t.same(await faults({ type: 'merge', units: ['T1-11'], into: 7 }), ['/0/into invalid_type'])
    t.same(await faults({ type: 'merge', units: ['T1-11'], into: { ...into, valid_from: DAY } }), ['/0/into/valid_from unknown_property'])
    t.same(await faults({ type: 'create', unit: 'T1-50' }), ['/0/unit invalid_type'])
    t.same(await faults({ type: 'split', unit: 'T1-11', into: [{ unit: into, part: 1 }, { unit: '?' }] }), ['/0/into/0/part unknown_property', '/0/into/1/unit malformed'])
    t.equal((await post('/v1/unit-changes', { ...set(), events: [] })).status, 400)
  })

  t.test('with the units that there are is refused', async t => {
    t.same(await faults({ type: 'abolish', unit: 'none' }), [' unknown_unit'])
    t.same(await faults({ type: 'abolish', unit: 'none' }, { type: 'abolish', unit: 'T1-11', successor: 'H56' }), ['/1/successor several_provinces', '/0/unit unknown_unit'].reverse())
    t.same(await faults({ type: 'merge', units: ['T1-11', 'T1-12'], into: 'T1-12' }), ['/0/into not_allowed', '/0/into not_allowed'])
    t.same(await faults({ type: 'abolish', unit: 'T1-1' }), ['/0/unit units_depend', '/0/unit units_depend', '/0/unit units_depend'])
    t.same(await faults({ type: 'abolish', unit: 'T1-11' }, { type: 'merge', units: ['T1-11'], into }), ['/1/units/0 duplicate_key'])
    t.same(await faults({ type: 'abolish', unit: 'T1-11' }, { type: 'rename', unit: 'T1-11', name: 'x' }), ['/1/unit unit_not_valid'])
    t.same(await faults({ type: 'rename', unit: 'T1-11', name: 'x' }, { type: 'rename', unit: 'T1-11', name: 'y' }), ['/1/unit duplicate_key'])
    await post('/v1/units', { items: [{ ...communes[0], code: 'T1-70', valid_from: '2030-01-01' }] })
    t.same(await faults({ type: 'rename', unit: 'T1-70', name: 'x' }), ['/0/unit unit_not_valid'], 'one that is yet to come')
    t.same(await faults({ type: 'move', unit: 'T1-1', parent: 'T1-11' }), ['/0/unit not_allowed'])
    t.same(await faults({ type: 'move', unit: 'T1-11', parent: 'T1-12' }, { type: 'move', unit: 'T1-12', parent: 'T1-11' }), ['/0/unit parent_cycle', '/1/unit parent_cycle'])
    t.same(await faults({ type: 'create', unit: { ...into, level: 'hamlet' } }), ['/0/unit/level unknown_level'])
    t.same(await faults({ type: 'create', unit: { ...into, parent: 'none' } }, { type: 'rename', unit: 'T1-11', name: 'x' }), ['/0/unit/parent unknown_unit'])
    t.same(await faults({ type: 'create', unit: into }, { type: 'create', unit: into }), ['/1/unit duplicate_key'])
    t.same(await faults({ type: 'create', unit: { ...into, code: 'T1-12' } }), ['/0/unit/code code_taken'])
    t.same(await faults({ type: 'create', unit: { ...into, aliases: ['gso:38'] } }), ['/0/unit/aliases/0 alias_taken'])
    t.match(await post('/v1/unit-changes', { ...set({ type: 'create', unit: { ...into, level: 'district', parent: 'T1' } }), effective_on: '2025-07-01' }), {
      status: 422, body: { errors: [{ pointer: '/events/0/unit/level', code: 'not_allowed' }] }
    })
    const chain = Array.from({ length: 16 }, (_, i) => ({ type: 'create', unit: { ...NEW, code: `c-${i}`, parent: i === 0 ? 'T1-11' : `c-${i - 1}` } }))
    t.ok((await faults(...chain)).includes('/15/unit parent_cycle'))
  })

  t.test('with the parts of a split is refused', async t => {
    const other = { ...NEW, code: 'T1-41' }
    const split = (one: object, two: object, three = other) => faults({ type: 'split', unit: 'T1-11', into: [{ unit: into, ...one }, { unit: three, ...two }] })
    t.same(await split({}, {}), ['/0/into missing'])
    t.same(await split({ share: 0.5 }, {}), ['/0/into/1/share missing'])
    t.same(await split({ share: 0.5 }, { share: 0.4 }), ['/0/into out_of_range'])
    const parts = ['a', 'b', 'c'].map(n => ({ unit: { ...NEW, code: `T1-${n}` }, share: 0.333333333 }))
    t.match((await post('/v1/unit-changes', set({ type: 'split', unit: 'T1-11', into: parts }))).body.errors, [
      { detail: 'the shares add to 0.999999999, not to 1; nine decimals of each count' }
    ])
    const exact = parts.map((part, i) => i === 0 ? { ...part, share: 0.333333334 } : part)
    t.equal((await post('/v1/unit-changes?dry_run=true', set({ type: 'split', unit: 'T1-11', into: exact }))).status, 200)
    t.same(await split({ dossiers: ['P.dé', 'P.d4'] }, { dossiers: [' P.dé '.normalize('NFD')] }), ['/0/into/1/dossiers/0 duplicate_key'])
    t.same(await split({ dossiers: ['P.d4', 'P.d4 '] }, {}), ['/0/into/0/dossiers/1 duplicate_key'])
    t.same(await split({ procedures: ['1.001612'] }, { procedures: ['1.001612'] }), ['/0/into/1/procedures/0 duplicate_key'])
    t.same(await split({ procedures: ['9.9'] }, {}), ['/0/unit unknown_procedure'])
    t.same(await faults({ type: 'split', unit: 'T1-11', into: [{ unit: 'T1-12', share: 0.5 }, { unit: 'T1-12', share: 0.5 }] }), ['/0/into/1/unit duplicate_key'])
  })

  t.test('with figures from after the end of a unit is refused', async t => {
    t.match(await post('/v1/dossier-statistics', { items: [{ unit: 'T1-12', period: '2024-Q1', source: 'one-stop', received: 1 }] }), { status: 200 })
    const { body } = await post('/v1/unit-changes', set({ type: 'merge', units: ['T1-12'], into: 'T1-11' }))
    t.match(body.errors, [{ pointer: '/events/0/units/0', code: 'unit_has_figures', detail: /figures of 2024-Q1/ }])
    await service.delete('/v1/dossier-statistics?unit=T1-12&period=2024-Q1&source=one-stop')
    await post('/v1/feedback-statistics', { items: [{ unit: 'T1-12', period: '2024-Q2', source: 'one-stop', received: 1 }] })
    t.match((await post('/v1/unit-changes', set({ type: 'merge', units: ['T1-12'], into: 'T1-11' }))).body.errors, [
      { code: 'unit_has_figures', detail: /feedback of 2024-Q2/ }
    ])
  })

  t.test('with dossiers from after the end of a unit is refused, also if they have moved on, but not if they are deleted', async t => {
    const send = async (code: string, given: object) => {
      const dossier = { procedure: '1.001612', channel: 'direct', status: 4, received_at: '2023-05-31T08:00:00+07:00' }
      t.equal((await post('/v1/dossiers?source=one-stop', { items: [{ code, unit: 'T1-13', ...dossier, ...given }] })).status, 200)
    }
    const merge = { type: 'merge', units: ['T1-13'], into: 'T1-11' }
    await send('one', { updated_at: '2023-05-31T08:00:00+07:00' })
    t.match((await post('/v1/unit-changes', set(merge))).body.errors, [{ code: 'unit_has_figures', detail: /dossier one/ }])
    await send('one', { unit: 'T1-21', updated_at: '2023-07-31T08:00:00+07:00' })
    t.match((await post('/v1/unit-changes', set(merge))).body.errors, [{ code: 'unit_has_figures', detail: /dossier one/ }])
    await send('one', { deleted: true, updated_at: '2023-08-31T08:00:00+07:00' })
    t.equal((await post('/v1/unit-changes?dry_run=true', set(merge))).status, 200)
  })

  t.test('out of reach is refused, and says nothing else', async t => {
    await put('/v1/clients/one', { name: 'one', scopes: ['write:catalogue', 'read'], unit: 'T1-1' })
    const { body: { key } } = await post('/v1/clients/one/keys', undefined)
    const as = { authorization: `Bearer ${key}` }
    const codes = async (event: object) => {
      const { status, body } = await post('/v1/unit-changes?dry_run=true', set(event, { type: 'abolish', unit: 'T1-13', successor: 'T1-11' }), as)
      return `${status} ${(body.errors ?? []).map(({ code }: { code: string }) => code).join()}`
    }
    t.equal(await codes({ type: 'rename', unit: 'T1-11', name: 'x' }), '200 ')
    t.equal(await codes({ type: 'rename', unit: 'T1-21', name: 'x' }), '403 forbidden_unit')
    t.equal(await codes({ type: 'move', unit: 'T1-11', parent: 'T1-2' }), '403 forbidden_unit')
    t.equal(await codes({ type: 'create', unit: { ...into, parent: 'T1-21' } }), '403 forbidden_unit')
    t.equal(await codes({ type: 'move', unit: 'T1-11', parent: 'T1' }), '403 forbidden_unit')
    t.same((await get('/v1/unit-changes', as)).body.items, [])
  })

  t.test('before what is there already is refused', async t => {
    t.same(await faults({ type: 'move', unit: 'T1-11', parent: 'T1-2' }, { type: 'rename', unit: 'T1-11', name: 'Xã Một' }), [])
    t.match((await get('/v1/units/T1-11')).body, { name: 'Xã Một', parent: 'T1-2' })
    t.same(await faults({ type: 'rename', unit: 'T1-11', name: 'x' }), ['/0/unit changed_later'])
    const early = { ...set({ type: 'abolish', unit: 'T1-11' }), effective_on: '2022-01-01' }
    t.match((await post('/v1/unit-changes', early)).body.errors, [{ code: 'changed_later' }])
    const above = { ...set({ type: 'create', unit: { ...NEW, code: 'T1-3', level: 'district', parent: 'T1' } }, { type: 'move', unit: 'T1-2', parent: 'T1-3' }), effective_on: '2022-01-01' }
    t.match((await post('/v1/unit-changes', above)).body.errors, [{ code: 'changed_later', detail: /T1-11 stands below/ }])
  })
})
