import { givenClient } from '../../client.ts'
import { forEachDatabase, type Service } from '../../database.ts'

const DOCUMENT = { number: '12/NQ-HĐND', date: '2022-12-10', issuer: 'Hội đồng nhân dân tỉnh' }
const BASE = { kind: 'commune', level: 'commune', reports_dossiers: true, valid_from: '2020-01-01' }
const NEW = { name: 'Xã Mới', kind: 'commune', level: 'commune', parent: 'T1-1', reports_dossiers: true }

/** A province with three districts, of two communes, of one, and of none. */
async function givenProvince ({ post }: Pick<Service, 'post'>) {
  const { status, text } = await post('/v1/units', {
    items: [
      { ...BASE, code: 'T1', name: 'Tỉnh thử', kind: 'province', level: 'province' },
      ...['1', '2', '3'].map(n => ({ ...BASE, code: `T1-${n}`, name: n, kind: 'district', level: 'district', parent: 'T1' })),
      ...['11', '12', '21'].map(n => ({ ...BASE, code: `T1-${n}`, name: n, parent: `T1-${n[0]}`, aliases: [`mc:${n}`, `mc:H56.22.${n}`] }))
    ]
  })
  if (status !== 200) throw new Error(text)
}

forEachDatabase('an event set is not withdrawn', async (t, service) => {
  const { get, post, put, delete: remove } = service
  await givenProvince(service)
  const withdraw = (id: number) => remove(`/v1/unit-changes/${id}`, { 'x-reason': 'wrong document' })
  const set = async (day: string, ...events: object[]): Promise<number> => {
    const { status, text, body } = await post('/v1/unit-changes', { effective_on: day, document: DOCUMENT, events })
    t.equal(status, 200, text)
    return body.id
  }
  /** Refused now, and no longer when what came later is withdrawn before. */
  const refused = async (id: number, error: object, ...later: number[]) => {
    t.match(await withdraw(id), { status: 409, body: { code: 'change_in_use', errors: [{ pointer: '/path/id', ...error }] } })
    for (const one of [...later, id]) t.equal((await withdraw(one)).status, 200)
  }

  t.test('while units stand below one that it moved which came there since', async t => {
    const id = await set('2023-01-01', { type: 'move', unit: 'T1-11', parent: 'T1-2' })
    const created = await set('2023-06-01', { type: 'create', unit: { ...NEW, code: 'T1-111', parent: 'T1-11' } })
    await refused(id, { code: 'units_depend', detail: /^T1-111 would not fit below T1-11:/ }, created)
    const again = await set('2023-01-01', { type: 'move', unit: 'T1-11', parent: 'T1-2' })
    const posted = { ...BASE, code: 'T1-112', name: 'thôn', parent: 'T1-11' }
    t.equal((await post('/v1/units', { items: [posted] })).status, 200)
    t.match(await withdraw(again), { status: 409, body: { errors: [{ code: 'units_depend' }] } })
    const { headers } = await givenClient(service, 'of-two', { scopes: ['read'], unit: 'T1-2' })
    t.equal((await get('/v1/units/T1-112', headers)).status, 200, 'as it stands there')
    const moved = await set('2023-06-01', { type: 'move', unit: 'T1-112', parent: 'T1-1' })
    t.equal((await withdraw(again)).status, 409, 'nor while it stood there')
    t.equal((await withdraw(moved)).status, 200)
    const renamed = await set('2024-01-01', { type: 'rename', unit: 'T1-11', name: 'x' })
    t.equal((await post('/v1/units', { items: [{ ...posted, code: 'T1-113' }] })).status, 200)
    t.equal((await withdraw(renamed)).status, 200, 'a name is another matter')
  })

  t.test('while the parent of what it ended has moved, or has ended', async t => {
    const end = () => set('2023-01-01', { type: 'merge', units: ['T1-21'], into: 'T1-12' })
    const up = { ...NEW, code: 'T1-9', level: 'province', kind: 'board', parent: 'T1' }
    const depends = { code: 'units_depend', detail: /^T1-21 would not fit below T1-2: one of them has begun, moved or ended since$/ }
    for (const later of [
      [{ type: 'create', unit: up }, { type: 'move', unit: 'T1-2', parent: 'T1-9' }, { type: 'move', unit: 'T1-11', parent: 'T1-3' }],
      [{ type: 'abolish', unit: 'T1-2' }, { type: 'move', unit: 'T1-11', parent: 'T1-3' }]
    ]) {
      const id = await end()
      await refused(id, depends, await set('2023-06-01', ...later))
    }
    const id = await end()
    await set('2023-06-01', { type: 'rename', unit: 'T1-2', name: 'Thị xã Hai' })
    t.equal((await withdraw(id)).status, 200, 'a name is another matter')
  })

  t.test('while another unit has the code of what it ended', async () => {
    const id = await set('2023-01-01', { type: 'merge', units: ['T1-12'], into: 'T1-21' })
    const again = await set('2023-06-01', { type: 'create', unit: { ...NEW, code: 'T1-12' } })
    await refused(id, { code: 'code_taken', detail: 'T1-12@2023-06-01 has the code T1-12 since, which T1-12 would have as well' }, again)
  })

  t.test('while another unit has an alias of what it ended', async t => {
    const id = await set('2023-01-01', { type: 'merge', units: ['T1-12'], into: 'T1-21' })
    const aliases = [{ source: 'mc', code: '12', valid_from: '2023-01-01' }, { source: 'other', code: '000.12.22.H56', valid_from: '2023-01-01' }]
    for (const alias of aliases) {
      t.match((await put('/v1/units/T1-3', { aliases: [alias] }, { 'x-reason': 'test' })).status, 200)
      t.match(await withdraw(id), { status: 409, body: { errors: [{ code: 'alias_taken', detail: /^mc:.* is an alias of T1-3 since$/ }] } })
    }
    await put('/v1/units/T1-3', { aliases: [{ source: 'mc', code: '99' }] }, { 'x-reason': 'test' })
    t.equal((await withdraw(id)).status, 200)
  })
})
