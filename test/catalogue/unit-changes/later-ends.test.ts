import { forEachDatabase, type Service } from '../../database.ts'

const DOCUMENT = { number: '12/NQ-HĐND', date: '2022-12-10', issuer: 'Hội đồng nhân dân tỉnh' }
const BASE = { kind: 'commune', level: 'commune', reports_dossiers: true, valid_from: '2020-01-01' }
const NEW = { name: 'Xã Mới', kind: 'commune', level: 'commune', parent: 'T1-1', reports_dossiers: true }

/** A province with two districts, of three communes and of one. */
async function givenProvince ({ post }: Pick<Service, 'post'>) {
  const { status, text } = await post('/v1/units', {
    items: [
      { ...BASE, code: 'T1', name: 'Tỉnh thử', kind: 'province', level: 'province' },
      ...['T1-1', 'T1-2'].map(code => ({ ...BASE, code, name: code, kind: 'district', level: 'district', parent: 'T1' })),
      ...['11', '12', '13', '21'].map(code => ({ ...BASE, code: `T1-${code}`, name: code, parent: `T1-${code[0]}` }))
    ]
  })
  if (status !== 200) throw new Error(text)
}

forEachDatabase('before a unit ends by an event set', async (t, service) => {
  const { get, post, delete: remove } = service
  await givenProvince(service)
  const set = (day: string, ...events: object[]) => post('/v1/unit-changes', { effective_on: day, document: DOCUMENT, events })
  const withdraw = async (...sets: number[]) => {
    for (const id of sets) t.equal((await remove(`/v1/unit-changes/${id}`, { 'x-reason': 'test' })).status, 200)
  }
  const refused = async (event: object) => {
    const { status, body } = await set('2023-06-01', event)
    return [status, ...body.errors.map(({ pointer, code }: Record<string, string>) => `${pointer} ${code}`)]
  }
  const id = async (day: string, ...events: object[]): Promise<number> => {
    const { status, text, body } = await set(day, ...events)
    t.equal(status, 200, text)
    return body.id
  }

  t.test('it does not end by another one: its figures would count for both successors', async t => {
    const first = await id('2023-09-01', { type: 'merge', units: ['T1-11'], into: 'T1-12' })
    t.same(await refused({ type: 'merge', units: ['T1-11'], into: 'T1-13' }), [422, '/events/0/units/0 changed_later'])
    t.same(await refused({ type: 'abolish', unit: 'T1-11' }), [422, '/events/0/unit changed_later'])
    t.same(await refused({ type: 'split', unit: 'T1-11', into: [{ unit: 'T1-13', share: 0.5 }, { unit: 'T1-21', share: 0.5 }] }),
      [422, '/events/0/unit changed_later'])
    t.match((await set('2023-06-01', { type: 'abolish', unit: 'T1-11' })).body.errors, [
      { detail: `event set ${first} ends T1-11 already, on 2023-09-01, so it cannot end on 2023-06-01` }
    ])
    await withdraw(first)
    await withdraw(await id('2023-06-01', { type: 'merge', units: ['T1-11'], into: 'T1-13' }))
  })

  t.test('its successor does not end either: what passes to it would find no one there', async t => {
    const first = await id('2023-09-01', { type: 'merge', units: ['T1-11'], into: 'T1-12' })
    t.same(await refused({ type: 'merge', units: ['T1-12'], into: 'T1-13' }), [422, '/events/0/units/0 changed_later'])
    t.equal((await set('2023-09-01', { type: 'merge', units: ['T1-12'], into: 'T1-13' })).status, 422, 'nor on the same day')
    await withdraw(await id('2023-09-02', { type: 'merge', units: ['T1-12'], into: 'T1-13' }), first)
  })

  t.test('its successor is not posted with other days, or another place, either', async t => {
    const first = await id('2023-09-01', { type: 'merge', units: ['T1-11'], into: 'T1-12' })
    const unit = { ...BASE, code: 'T1-12', name: '12', parent: 'T1-1' }
    for (const other of [{ valid_to: '2023-08-01' }, { valid_from: '2023-10-01' }, { parent: 'T1-2' }]) {
      const [property] = Object.keys(other)
      t.match((await post('/v1/units', { items: [{ ...unit, ...other }] })).body.errors, [{ pointer: `/items/0/${property}`, code: 'unit_has_history' }])
    }
    t.match((await post('/v1/units', { items: [unit] })).body, { unchanged: 1 })
    await withdraw(first)
    t.match((await post('/v1/units', { items: [{ ...unit, valid_to: '2023-12-31' }, { ...unit, code: 'T1-99', name: 'y' }] })).body, { updated: 1, created: 1 })
    t.match((await post('/v1/units', { items: [unit] })).body, { updated: 1 })
  })

  t.test('no unit comes below it that would outlive it', async t => {
    const first = await id('2023-09-01', { type: 'move', unit: 'T1-21', parent: 'T1-1' }, { type: 'abolish', unit: 'T1-2' })
    t.same(await refused({ type: 'move', unit: 'T1-11', parent: 'T1-2' }), [422, '/events/0/unit changed_later'])
    t.same(await refused({ type: 'create', unit: { ...NEW, code: 'T1-31', parent: 'T1-2' } }), [422, '/events/0/unit changed_later'])
    const second = await id('2023-09-01', { type: 'abolish', unit: 'T1-13' })
    const moved = await id('2023-06-01', { type: 'move', unit: 'T1-13', parent: 'T1-2' })
    t.match((await get('/v1/units/T1-13?as_of=2023-08-31')).body, { parent: 'T1-2', valid_to: '2023-08-31' })
    await withdraw(moved, second, first)
  })

  t.test('it takes another name or place, takes over others, and all of it can be withdrawn', async t => {
    const first = await id('2023-09-01', { type: 'merge', units: ['T1-11'], into: 'T1-12' })
    const second = await id('2023-06-01', { type: 'rename', unit: 'T1-11', name: 'Xã Một' }, { type: 'move', unit: 'T1-11', parent: 'T1-2' })
    const third = await id('2023-06-01', { type: 'merge', units: ['T1-13'], into: 'T1-11' })
    t.match((await get('/v1/units/T1-11?as_of=2023-08-31')).body, { name: 'Xã Một', parent: 'T1-2', valid_to: '2023-08-31' })
    t.same((await get('/v1/units/T1-13/lineage?as_of=2023-01-01')).body.successions.map(({ successor }: Record<string, string>) => successor), ['T1-11', 'T1-12'])
    t.equal((await remove(`/v1/unit-changes/${first}`, { 'x-reason': 'test' })).status, 409, 'while the name builds on it')
    await withdraw(third, second, first)
    t.match((await get('/v1/units/T1-11')).body, { name: '11', parent: 'T1-1', valid_to: null })
  })
})
