import { forEachDatabase } from '../../database.ts'
import { givenClient } from '../../client.ts'
import { CONTENT, decide, faultsOf, withdraw } from './given.ts'

const one = (code: string, content = {}) => ({ code, ...CONTENT, ...content })

forEachDatabase('a decision on procedures', async (t, service) => {
  const { get, post } = service
  const asOf = async (code: string, day: string) => (
    (await get(`/v1/procedures?as_of=${day}&limit=1000`)).body.items.find((row: { code: string }) => row.code === code))

  t.test('begins some, and they are as it says from that day on', async t => {
    t.match(await decide(service, '1', '2021-03-01', { new: [one('9.1', { online_service_level: '3' }), one('9.2')] }), {
      status: 200, body: { outcome: 'created', effective_on: '2021-03-01', new: 2, amended: 0, replaced: 0, repealed: 0, correction: null }
    })
    t.equal(await asOf('9.1', '2021-02-28'), undefined)
    t.match(await asOf('9.1', '2021-03-01'), { field: 'land', online_service_level: '3', valid_from: '2021-03-01', valid_to: null })
  })

  t.test('amends what it says, and leaves the rest and the days before', async t => {
    t.match(await decide(service, '2', '2021-06-01', {
      amended: [{ code: '9.1', name: 'Tên mới'.normalize('NFD'), field: 'justice', statutory_working_days: 5 }, { code: '9.2' }]
    }), { body: { outcome: 'created', amended: 2 } })
    t.match(await asOf('9.1', '2021-05-31'), { name: 'Thủ tục thử', field: 'land', statutory_working_days: null })
    t.match(await asOf('9.1', '2021-06-01'), { name: 'Tên mới', field: 'justice', statutory_working_days: 5, online_service_level: '3' })
    t.match((await get('/v1/procedures/9.1')).body, { name: 'Tên mới', field: 'justice', valid_from: '2021-03-01' })
    t.match((await get('/v1/procedures?q=ten%20moi&as_of=2021-06-01')).body.items, [{ code: '9.1' }])
    t.same((await get('/v1/procedures?q=ten%20moi&as_of=2021-05-31')).body.items, [])
  })

  t.test('replaces and repeals some', async t => {
    t.match(await decide(service, '3', '2021-09-01', {
      new: [one('9.3')], replaced: [{ code: '9.1', successor: '9.3' }], repealed: ['9.2']
    }), { body: { new: 1, replaced: 1, repealed: 1 } })
    t.match(await asOf('9.1', '2021-08-31'), { valid_to: '2021-08-31' })
    t.equal(await asOf('9.1', '2021-09-01'), undefined)
    t.match((await get('/v1/procedures/9.1/history')).body, {
      code: '9.1', versions: [
        { valid_from: '2021-03-01', valid_to: '2021-05-31', kind: 'new', document_number: '1', end_kind: null, successor: null },
        { valid_from: '2021-06-01', valid_to: '2021-08-31', kind: 'amended', document_number: '2', end_kind: 'replaced', successor: '9.3' }
      ]
    })
    t.match((await get('/v1/procedures/9.2/history')).body.versions.at(-1), { end_kind: 'repealed', successor: null })
  })

  t.test('is listed with what it does, and shown as it was posted', async t => {
    const { items } = (await get('/v1/procedure-decisions?from=2021-06-01&to=2021-09-01')).body
    t.match(items, [
      { effective_on: '2021-06-01', document_number: '2', amended: 2, withdrawn: false },
      { document_number: '3', new: 1, replaced: 1, repealed: 1 }
    ])
    t.equal(items.length, 2)
    t.same((await get('/v1/procedure-decisions?procedure=9.2')).body.items.length, 3)
    t.match((await get(`/v1/procedure-decisions/${items[1].id}`)).body, {
      document_number: '3', lists: { new: [{ code: '9.3' }], amended: [], replaced: [{ code: '9.1', successor: '9.3' }], repealed: ['9.2'] }
    })
    t.equal((await get('/v1/procedure-decisions/999')).status, 404)
  })

  t.test('that comes again changes nothing, and with other contents it is refused', async t => {
    const again = { amended: [{ code: '9.1', name: 'Tên mới', field: 'justice', statutory_working_days: 5 }, { code: '9.2' }] }
    t.match(await decide(service, '2', '2021-06-01', again), { status: 200, body: { outcome: 'unchanged', amended: 2, correction: null } })
    for (const [day, lists] of [['2021-06-02', again], ['2021-06-01', { ...again, repealed: ['9.3'] }]] as const) {
      const answer = await decide(service, '2', day, lists)
      t.equal(answer.status, 422)
      t.same(faultsOf(answer), ['/document other_content'])
    }
  })

  t.test('is tried without a change', async t => {
    t.match((await decide(service, '4', '2022-01-01', { new: [one('9.4')], amended: [{ code: '9.3', level: 'commune' }] }, '?dry_run=true')).body, {
      id: null, outcome: 'created', before: [{ code: '9.3', level: 'district' }], after: [{ code: '9.4' }, { code: '9.3', level: 'commune' }]
    })
    t.equal((await get('/v1/procedures/9.4')).status, 404)
    t.match((await get('/v1/procedures/9.3')).body, { level: 'district' })
  })

  t.test('is in the audit and in the feed with the procedures that it changes', async t => {
    const { headers } = await givenClient(service, 'auditor', { scopes: ['admin'] })
    const { items } = (await get('/v1/audit?resource=procedure-decisions', headers)).body
    t.match(items.map(({ action, after }: Record<string, Record<string, unknown>>) => [action, after!['document_number']]), [['created', '3'], ['created', '2'], ['created', '1']])
    const changes = (await get('/v1/changes?resource=procedures', headers)).body.items
    t.match(changes.at(-1), { key: { code: '9.2' }, action: 'updated' })
  })

  t.test('tells all that is wrong with it', async t => {
    t.same(faultsOf(await decide(service, '5', '2022-01-01', {
      new: [one('9.5', { field: 'magic', level: 'hamlet' }), one('9.6', { online_service_level: 'full' })],
      amended: [{ code: '9.7' }, { code: '9.6' }], repealed: ['9.8']
    })).toSorted(), [
      '/amended/0 unknown_procedure', '/amended/1 duplicate_key', '/amended/1 unknown_procedure', '/new/0/field unknown_field',
      '/new/0/level unknown_level', '/new/1/online_service_level online_level_of_other_time', '/repealed/0 unknown_procedure'
    ])
    t.same(faultsOf(await decide(service, '5', '2022-01-01', { new: [one('9.3')], amended: [{ code: '9.1' }], repealed: ['9.2'] })),
      ['/new/0 code_taken', '/amended/0 procedure_not_in_force', '/repealed/0 procedure_not_in_force'])
    t.same(faultsOf(await decide(service, '5', '2022-01-01', { repealed: ['1.001193'], replaced: [
      { code: '9.3', successor: '9.1' }, { code: '1.000894', successor: '9.9' }, { code: '1.000656', successor: '1.001193' }
    ] })), ['/replaced/0/successor procedure_not_in_force', '/replaced/1/successor unknown_procedure', '/replaced/2/successor procedure_not_in_force'])
    t.same(faultsOf(await decide(service, '5', '2021-09-01', { repealed: ['9.3'] })), ['/repealed/0 procedure_not_in_force'])
    t.same(faultsOf(await decide(service, '5', '2021-09-01', {})), [' missing'])
    t.equal((await post('/v1/procedure-decisions', { effective_on: '2022-01-01' })).status, 400)
    t.equal((await get('/v1/procedures/9.5')).status, 404)
  })

  t.test('needs a key for all units', async t => {
    const { headers } = await givenClient(service, 'of-district', { scopes: ['write:catalogue'], unit: 'H56-381' })
    const body = { effective_on: '2022-01-01', document: { number: '6', date: '2021-12-01', issuer: 'x' } }
    t.match(await post('/v1/procedure-decisions', body, headers), { status: 403, body: { code: 'forbidden_rows' } })
    t.match(await service.delete('/v1/procedure-decisions/1', { ...headers, 'x-reason': 'x' }), { status: 403 })
  })
})

forEachDatabase('a decision that arrives after later ones', async (t, service) => {
  const { get } = service
  await decide(service, '1', '2021-01-01', { new: [one('9.1'), one('9.2'), one('9.3')] })
  await decide(service, '2', '2021-07-01', { amended: [{ code: '9.1', level: 'commune' }], repealed: ['9.2'], replaced: [{ code: '9.3', successor: '9.1' }] })

  t.test('counts from its own day, as if it had come first', async t => {
    t.match(await decide(service, '3', '2021-04-01', { amended: [{ code: '9.1', field: 'justice', level: 'province' }, { code: '9.2', field: 'justice' }] }), { status: 200 })
    const versions = (await get('/v1/procedures/9.1/history')).body.versions
    t.match(versions, [
      { valid_from: '2021-01-01', field: 'land', level: 'district' }, { valid_from: '2021-04-01', field: 'justice', level: 'province' },
      { valid_from: '2021-07-01', valid_to: null, field: 'justice', level: 'commune' }
    ])
    t.match((await get('/v1/procedures/9.2')).body, { field: 'justice', valid_to: '2021-06-30' })
  })

  t.test('is refused where those would not fit any more', async t => {
    t.same(faultsOf(await decide(service, '4', '2021-03-01', { repealed: ['9.1', '9.2'] })), ['/repealed/0 changed_later', '/repealed/1 changed_later'])
    t.match((await get('/v1/procedures/9.2')).body, { valid_to: '2021-06-30' })
  })

  t.test('is refused where what was posted without a decision would not fit any more', async t => {
    await service.post('/v1/procedures', { items: [one('9.4', { valid_from: '2021-01-01' })] })
    await service.post('/v1/procedures', { items: [one('9.4', { valid_from: '2021-01-01', level: 'commune' })] })
    const answer = await decide(service, '5', '2021-03-01', { repealed: ['9.4'] })
    t.same(faultsOf(answer), ['/repealed/0 changed_later'])
    t.match(answer.body.detail, /what was posted for/)
  })

  t.test('does not end what takes the place of another later', async t => {
    await decide(service, '6', '2022-01-01', { new: [one('9.5'), one('9.6')], replaced: [] })
    await decide(service, '7', '2022-05-01', { replaced: [{ code: '9.5', successor: '9.6' }] })
    t.same(faultsOf(await decide(service, '8', '2022-03-01', { repealed: ['9.6'] })), [' changed_later'])
    t.match(await decide(service, '9', '2022-06-01', { repealed: ['9.6'] }), { status: 200 })
  })

  t.test('of the day of another comes after it', async t => {
    await decide(service, '10', '2023-01-01', { new: [one('9.7')] })
    await decide(service, '11', '2023-01-01', { amended: [{ code: '9.7', level: 'commune' }] })
    await decide(service, '12', '2023-02-01', { amended: [{ code: '9.7', level: 'province' }] })
    await decide(service, '13', '2023-02-01', { amended: [{ code: '9.7', level: 'district' }] })
    t.match((await get('/v1/procedures/9.7/history')).body.versions, [
      { valid_from: '2023-01-01', level: 'commune', kind: 'new', document_number: '10' },
      { valid_from: '2023-02-01', level: 'district', kind: 'amended', document_number: '13' }
    ])
    await decide(service, '14', '2023-02-01', { repealed: ['9.7'] })
    t.match((await get('/v1/procedures/9.7/history')).body.versions, [
      { valid_from: '2023-01-01', valid_to: '2023-01-31', level: 'commune', end_kind: 'repealed' }
    ])
  })
})

forEachDatabase('a decision that is withdrawn', async (t, service) => {
  const { get, post, db } = service
  const id = async (number: string, day: string, lists: Parameters<typeof decide>[3]) => (
    (await decide(service, number, day, lists)).body.id)
  const first = await id('1', '2021-01-01', { new: [one('9.1'), one('9.2')] })
  const second = await id('2', '2021-04-01', { amended: [{ code: '9.1', level: 'commune' }], repealed: ['9.2'] })

  t.test('stays while a later one builds on it', async t => {
    const answer = await withdraw(service, first)
    t.match(answer, { status: 409, body: { code: 'change_in_use' } })
    t.same(faultsOf(answer), ['/path/id changed_later', '/path/id changed_later'])
  })

  t.test('leaves procedures as they were', async t => {
    t.match(await withdraw(service, second), { status: 200, body: { id: second, outcome: 'deleted', amended: 1, repealed: 1 } })
    t.match((await get('/v1/procedures/9.1')).body, { level: 'district' })
    t.match((await get('/v1/procedures/9.2')).body, { valid_to: null })
    t.match((await get('/v1/procedure-decisions')).body.items, [{ id: first, withdrawn: false }, { id: second, withdrawn: true }])
    t.same(faultsOf(await withdraw(service, second)), ['/path/id already_withdrawn'])
    t.equal((await withdraw(service, 999)).status, 404)
    t.match(await decide(service, '2', '2021-05-01', { repealed: ['9.2'] }), { status: 200, body: { outcome: 'created' } }, 'and may come again')
  })

  t.test('may take back what only a version named that was not stored', async t => {
    const made = await id('30', '2021-01-01', { new: [one('9.30'), one('9.31')] })
    const dossier = {
      code: 'd-30', unit: 'H56-380', procedure: '9.30', channel: 'direct', status: 4, received_at: '2021-05-31T08:00:00+07:00',
      updated_at: '2021-05-31T08:05:00+07:00'
    }
    const send = (version: object) => post('/v1/dossiers?source=one-stop', { items: [{ ...dossier, ...version }] })
    await send({ procedure: '1.001612' })
    t.match((await send({ procedure: '9.31', updated_at: '2021-05-31T08:01:00+07:00' })).body, { stale: 1 })
    t.match(await withdraw(service, made), { status: 200 })
    t.same(await db.selectFrom('procedures_of_dossiers').select('procedure').execute(), [{ procedure: '1.001612' }])
  })

  t.test('takes what it made with it, unless something is stored for that', async t => {
    const made = await id('3', '2021-01-01', { new: [one('9.3')] })
    await post('/v1/procedures', { items: [one('9.3', { valid_from: '2021-01-01', level: 'commune' })] })
    const dossier = {
      code: 'd-1', unit: 'H56-380', procedure: '9.3', channel: 'direct', status: 4, received_at: '2021-05-31T08:00:00+07:00',
      updated_at: '2021-05-31T08:05:00+07:00'
    }
    await post('/v1/dossiers?source=one-stop', { items: [dossier] })
    t.same(faultsOf(await withdraw(service, made)), ['/path/id procedure_in_use'])
    const later = { ...dossier, procedure: '1.001193', updated_at: '2021-06-01T08:05:00+07:00' }
    await post('/v1/dossiers?source=one-stop', { items: [later] })
    t.match(await withdraw(service, made), { status: 409, body: { detail: 'dossiers are or were of procedure 9.3' } })
    await db.deleteFrom('procedures_of_dossiers').where('procedure', '=', '9.3').execute()
    t.match(await withdraw(service, made), { status: 200 })
    t.equal((await get('/v1/procedures/9.3')).status, 404)
    t.equal((await get('/v1/procedures/9.3/history')).status, 404)
    t.match(await decide(service, '3', '2021-02-01', { new: [one('9.3')] }), { status: 200 })
  })

  t.test('stays while what it made takes the place of another', async t => {
    const made = await id('4', '2021-01-01', { new: [one('9.4')] })
    await decide(service, '5', '2021-03-01', { replaced: [{ code: '9.3', successor: '9.4' }] })
    t.same(faultsOf(await withdraw(service, made)), ['/path/id changed_later'])
  })
})

// On connections of its own: those of the other test keep plans from when few procedures referred to others.
forEachDatabase('a decision that is withdrawn takes as many procedures with it as one makes', async (t, service) => {
  const many = Array.from({ length: 10_000 }, (_, i) => one(`7.${i}`))
  const { body: { id } } = await decide(service, '6', '2021-01-01', { new: many })
  t.match(await withdraw(service, id), { status: 200, body: { new: 10_000, outcome: 'deleted' } })
  t.equal((await service.get('/v1/procedures/7.0')).status, 404)
})
