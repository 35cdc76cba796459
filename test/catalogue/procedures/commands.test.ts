import type { Test } from 'tap'
import { forEachDatabase, type Service } from '../../database.ts'

const PROCEDURE = {
  code: '9.000001', name: 'Cấp giấy phép thử nghiệm', field: 'land', level: 'district', interlinked: 'none',
  valid_from: '2021-01-01'
}
const STORED = {
  ...PROCEDURE, online_service_level: null, payment_integrated: null, on_national_portal: null,
  internal_process_approved: null,
  internal_process_electronic: null, statutory_working_days: null, valid_to: null
}
const COUNTS = { created: 0, updated: 0, unchanged: 0, deleted: 0, rejected: 0, correction: null }

function numbered (n: number) {
  return { ...PROCEDURE, code: `9.${String(n).padStart(6, '0')}` }
}

async function isStored (t: Test, get: Service['get'], code: string, stored: boolean) {
  t.equal((await get(`/v1/procedures/${code}`)).status, stored ? 200 : 404, `${code} is ${stored ? '' : 'not '}stored`)
}

forEachDatabase('a procedure that is posted', async (t, { get, post }) => {
  t.test('is created, and the same body again changes nothing', async t => {
    const body = { items: [PROCEDURE] }
    t.same((await post('/v1/procedures', body)).body, { ...COUNTS, received: 1, created: 1, errors: [] })
    t.same((await get('/v1/procedures/9.000001')).body, STORED)
    t.same((await post('/v1/procedures', body)).body, { ...COUNTS, received: 1, unchanged: 1, errors: [] })
    t.same((await post('/v1/procedures', { items: [STORED] })).body, { ...COUNTS, received: 1, unchanged: 1, errors: [] })
  })

  t.test('is updated, and what it leaves out becomes unknown', async t => {
    const known = {
      online_service_level: '4', interlinked: 'cross_level', payment_integrated: true, on_national_portal: false,
      internal_process_approved: true, internal_process_electronic: true, statutory_working_days: 0, valid_to: '2021-01-01'
    }
    t.match((await post('/v1/procedures', { items: [{ ...PROCEDURE, ...known }] })).body, { updated: 1 })
    t.same((await get('/v1/procedures/9.000001')).body, { ...PROCEDURE, ...known })
    t.match((await post('/v1/procedures', { items: [PROCEDURE] })).body, { updated: 1 })
    t.same((await get('/v1/procedures/9.000001')).body, STORED)
  })

  t.test('is found by its new name and no longer by the old one', async t => {
    await post('/v1/procedures', { items: [{ ...PROCEDURE, name: 'Gia hạn đăng bạ'.normalize('NFD') }] })
    t.match((await get('/v1/procedures?q=dang%20ba')).body.items, [{ code: '9.000001', name: 'Gia hạn đăng bạ'.normalize('NFC') }])
    t.same((await get('/v1/procedures?q=thu%20nghiem')).body.items, [])
  })

  t.test('stands beside others in a batch that does all at once', async t => {
    await post('/v1/procedures', { items: [numbered(1), numbered(2)] })
    const items = [numbered(1), { ...numbered(2), name: 'Khác' }, numbered(3)]
    t.same((await post('/v1/procedures', { items })).body, { ...COUNTS, received: 3, created: 1, updated: 1, unchanged: 1, errors: [] })
    t.same((await post('/v1/procedures', { items: [] })).body, { ...COUNTS, received: 0, errors: [] })
  })
})

forEachDatabase('a batch of procedures with one at fault', async (t, { get, post }) => {
  const items = [numbered(1), { ...numbered(2), field: 'magic' }, numbered(3)]
  const fault = { pointer: '/items/1/field', code: 'unknown_field', detail: 'there is no field magic' }

  t.test('writes nothing', async t => {
    t.same((await post('/v1/procedures', { items })).body, {
      type: 'urn:cchc:problem:invalid_rows', title: 'Some rows break a rule', status: 422, code: 'invalid_rows',
      detail: '1 of 3 rows are at fault; nothing was written', errors: [fault]
    })
    await isStored(t, get, '9.000001', false)
  })

  t.test('writes the others when it may', async t => {
    t.same((await post('/v1/procedures?mode=partial', { items })).body, { ...COUNTS, received: 3, created: 2, rejected: 1, errors: [fault] })
    await isStored(t, get, '9.000001', true)
    await isStored(t, get, '9.000002', false)
    t.match((await post('/v1/procedures?mode=partial', { items: [items[1]] })).body, { received: 1, rejected: 1 }, 'even when there are none')
  })
})

forEachDatabase('all that is wrong with a procedure is told at once', async (t, { post }) => {
  const faultsOf = async (...items: unknown[]) => {
    const { status, body } = await post('/v1/procedures', { items })
    t.equal(status, 422)
    return body.errors.map(({ pointer, code }: Record<string, string>) => `${pointer} ${code}`).sort()
  }
  t.same(await faultsOf({ ...PROCEDURE, field: 'magic', level: 'hamlet', valid_to: '2020-12-31' }),
    ['/items/0/field unknown_field', '/items/0/level unknown_level', '/items/0/valid_to out_of_range'])
  t.same(await faultsOf(PROCEDURE, { ...PROCEDURE, level: 'hamlet' }),
    ['/items/0 duplicate_key', '/items/1 duplicate_key', '/items/1/level unknown_level'])
  t.same(await faultsOf({ code: '-', name: 'a'.repeat(1001), online_service_level: '1', statutory_working_days: 3651 }), [
    '/items/0/code malformed', '/items/0/field missing', '/items/0/interlinked missing', '/items/0/level missing',
    '/items/0/name invalid_length', '/items/0/online_service_level not_allowed', '/items/0/statutory_working_days out_of_range',
    '/items/0/valid_from missing'
  ])
  t.same(await faultsOf(null, 'x', [], 7), [0, 1, 2, 3].map(i => `/items/${i} invalid_type`))
  t.same(await faultsOf({ ...PROCEDURE, valid_to: 'never', payment_integrated: 'yes' }),
    ['/items/0/payment_integrated invalid_type', '/items/0/valid_to malformed'])
})

forEachDatabase('a dry run', async (t, { get, post }) => {
  await post('/v1/procedures', { items: [numbered(1), numbered(2)] })

  t.test('shows each row before and after, and writes nothing', async t => {
    const changed = { ...numbered(2), name: 'Khác' }
    const { body } = await post('/v1/procedures?dry_run=true', { items: [numbered(3), numbered(1), changed] })
    t.same(body, {
      ...COUNTS, received: 3, created: 1, updated: 1, unchanged: 1, errors: [],
      rows: [
        { pointer: '/items/0', outcome: 'created', before: null, after: { ...STORED, code: '9.000003' } },
        { pointer: '/items/1', outcome: 'unchanged', before: STORED, after: STORED },
        {
          pointer: '/items/2', outcome: 'updated', before: { ...STORED, code: '9.000002' },
          after: { ...STORED, code: '9.000002', name: 'Khác' }
        }
      ]
    })
    await isStored(t, get, '9.000003', false)
    t.match((await get('/v1/procedures/9.000002')).body, { name: PROCEDURE.name })
  })

  t.test('refuses what the real run would', async t => {
    const items = [numbered(3), { ...numbered(4), level: 'hamlet' }]
    t.match(await post('/v1/procedures?dry_run=true', { items }), { status: 422, body: { errors: [{ pointer: '/items/1/level' }] } })
    t.match(await post('/v1/procedures?dry_run=true&mode=partial', { items }), {
      status: 200, body: { created: 1, rejected: 1, rows: [{ pointer: '/items/0' }] }
    })
    await isStored(t, get, '9.000003', false)
  })
})

forEachDatabase('ten thousand procedures are one batch', async (t, { get, post }) => {
  const items = Array.from({ length: 10_000 }, (_, i) => numbered(i))
  t.match((await post('/v1/procedures', { items })).body, { received: 10_000, created: 10_000, rejected: 0 })
  t.match((await post('/v1/procedures', { items })).body, { received: 10_000, unchanged: 10_000 })
  t.equal((await get('/v1/procedures?format=ndjson&level=district&field=land')).text.trimEnd().split('\n').length, 10_000)
})

forEachDatabase('batches that meet', async (t, { post }) => {
  t.test('do not stop each other', async t => {
    const items = Array.from({ length: 200 }, (_, i) => numbered(i))
    await post('/v1/procedures', { items })
    const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => post('/v1/procedures', {
      items: (i % 2 === 0 ? items : items.toReversed()).map(item => ({ ...item, name: `Tên ${i}` }))
    })))
    t.same(answers.map(({ status, body }) => [status, body.updated]), Array(8).fill([200, 200]))
  })

  t.test('count once what they bring at the same time', async t => {
    const items = Array.from({ length: 500 }, (_, i) => numbered(1000 + i))
    const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => post('/v1/procedures', {
      items: (i % 2 === 0 ? items : items.toReversed()).map(item => ({ ...item, name: `Tên ${i}` }))
    })))
    t.same(answers.map(({ status, body }) => [status, body.created + body.updated]), Array(8).fill([200, 500]))
    t.equal(answers.reduce((sum, { body }) => sum + body.created, 0), 500)
  })
})
