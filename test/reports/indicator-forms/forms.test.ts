import { sql } from 'kysely'
import { givenClient } from '../../client.ts'
import { ADMIN, forEachDatabase } from '../../database.ts'

export const COUNT = { code: '1', position: 1, name: 'Số văn bản', value_type: 'count', measure: 'Văn bản' }
export const form = (given = {}, ...indicators: object[]) => (
  { code: 'own', name: 'Biểu mẫu', valid_from: '2026-12-15', indicators: indicators.length === 0 ? [COUNT] : indicators, ...given })

forEachDatabase('forms that are posted', async (t, service) => {
  const { get, post } = service
  const send = async (...items: unknown[]) => (await post('/v1/forms', { items })).body
  const faults = async (...items: unknown[]) => (await send(...items)).errors
    .map(({ pointer, code }: Record<string, string>) => `${pointer} ${code}`)
  const at = '/items/0/indicators'

  t.test('are created, updated and unchanged as a whole, whatever the order of indicators and properties', async t => {
    const share = {
      code: '2', position: 2, parent: '1', name: 'Tỷ lệ', value_type: 'percent', measure: '%',
      derivation: { level: ['commune'], method: 'due', op: 'on_time', basis: 'records' }
    }
    t.match(await send(form({}, share, COUNT)), { created: 1 })
    t.match(await send(form({}, COUNT, { ...share, derivation: { op: 'on_time', method: 'due', basis: 'records', level: ['commune'] } })), { unchanged: 1 })
    t.match(await send(form({ valid_to: '2027-12-14', indicators: undefined })), { updated: 1 })
    t.match((await get('/v1/forms')).body.items, [{ code: 'cchc-2021' }, { code: 'own', valid_from: '2026-12-15', valid_to: '2027-12-14' }])
    const { items } = (await get('/v1/indicators?form=own')).body
    t.match(items, [{ code: '1', parent: null, derivation: null, corresponds_to: null }, { code: '2', parent: '1', choices: [] }])
    t.equal(JSON.stringify(items[1].derivation), '{"op":"on_time","basis":"records","level":["commune"],"method":"due"}')
    t.match(await send(form({}, { ...COUNT, position: 2 }, { ...share, position: 1, parent: null })), { updated: 1 }, 'indicators change places')
    t.match((await post('/v1/forms?dry_run=true', { items: [form()] })).body, { updated: 1, rows: [{ outcome: 'updated' }] })
    t.match(await send(form()), { updated: 1 })
    t.equal((await get('/v1/indicators?form=own')).body.items.length, 1, 'what is left out goes')
    t.match((await get('/v1/audit?resource=forms', ADMIN)).body.items[0], { resource: 'forms', operation: 'postForms' })
  })

  t.test('can be the shipped form again, as it was read', async t => {
    const { items } = (await get('/v1/indicators?form=cchc-2021')).body
    const indicators = items.map(({ form: _, ...indicator }: Record<string, unknown>) => indicator)
    const [{ code, name, valid_from, valid_to }] = (await get('/v1/forms')).body.items
    t.match(await send({ code, name, valid_from, valid_to, indicators }), { unchanged: 1, errors: [] })
  })

  t.test('have the form of the days that a period ends in', async t => {
    t.match(await send(form({ code: 'later', valid_from: '2027-12-15' })), { created: 1 })
    t.match((await get('/v1/reports/H56/2021-H1')).body, { form: 'cchc-2021' })
    t.match(await get('/v1/reports/H56/2028-H1'), { status: 400, body: { errors: [{ code: 'unknown_form', detail: /several forms/ }] } })
    await send(form({ valid_to: '2027-12-14' }))
    t.match(await send({ code: 'cchc-2021', name: 'x', valid_from: '2020-12-15', valid_to: '2026-12-14' }), { updated: 1 })
    t.match((await get('/v1/reports/H56/2028-H1')).body, { form: 'later' })
    t.match((await get('/v1/reports/H56/2021-H1')).body, { form: 'cchc-2021' })
  })

  t.test('are refused as a whole, with pointers to what is at fault', async t => {
    const faulty = (...indicators: object[]) => faults(form({ code: 'faulty' }, ...indicators))
    t.same(await faults({ code: 'new', name: 'x', valid_from: '2026-01-01' }), ['/items/0/indicators missing'])
    t.same(await faults(form({ valid_to: '2026-01-01' })), ['/items/0/valid_to out_of_range'])
    t.same(await faults(form(), form()), ['/items/0 duplicate_key', '/items/1 duplicate_key'])
    t.same(await faulty(COUNT, COUNT), [`${at}/1/code duplicate_key`, `${at}/1/position position_taken`])
    t.same(await faulty({ ...COUNT, parent: '9' }), [`${at}/0/parent unknown_indicator`])
    t.same(await faulty({ ...COUNT, parent: '1' }), [`${at}/0/parent out_of_range`])
    t.same(await faulty({ ...COUNT, choices: [{ value: 0, name: 'Chưa' }] }), [`${at}/0/choices not_allowed`])
    t.same(await faulty({ ...COUNT, value_type: 'choice' }), [`${at}/0/choices missing`])
    const choices = [{ value: 0, name: 'Chưa' }, { value: 0, name: 'Có' }]
    t.same(await faulty({ ...COUNT, value_type: 'choice', choices }), [`${at}/0/choices/1/value duplicate_key`])
    t.same(await faulty({ ...COUNT, value_type: 'text', derivation: 7 }), [
      `${at}/0/value_type not_allowed`, `${at}/0/derivation invalid_type`
    ])
    t.notMatch((await get('/v1/forms')).body.items, [{ code: 'faulty' }])
  })

  t.test('say which earlier series they continue, once each and of the same type', async t => {
    const continuing = (corresponds_to: object, given = {}) => ({ ...COUNT, ...given, corresponds_to })
    const faulty = (...indicators: object[]) => faults(form({ code: 'faulty' }, ...indicators))
    const earlier = { form: 'cchc-2021', indicator: '3.1.3' }
    t.same(await faulty(continuing({ ...earlier, form: 'none' })), [`${at}/0/corresponds_to/form unknown_form`])
    t.same(await faulty(continuing({ ...earlier, indicator: 'none' })), [`${at}/0/corresponds_to/indicator unknown_indicator`])
    t.same(await faulty(continuing({ ...earlier, indicator: '3.4.1' })), [`${at}/0/corresponds_to/indicator value_of_other_type`])
    t.same(await faulty(continuing({ ...earlier, indicator: '3' }, { value_type: 'heading' })), [
      `${at}/0/corresponds_to/indicator value_of_other_type`
    ])
    t.same(await faulty(continuing({ form: 'later', indicator: '1' })), [`${at}/0/corresponds_to/form out_of_range`])
    t.same(await faulty(continuing(earlier), continuing(earlier, { code: '2', position: 2 })), [`${at}/1/corresponds_to duplicate_key`])
    t.match(await send(form({}, continuing(earlier))), { updated: 1 })
    t.same(await faults({ code: 'cchc-2021', name: 'x', valid_from: '2027-01-01' }), ['/items/0/valid_from out_of_range'])
    t.match(await send(form({ code: 'before', valid_from: '2019-01-01' }), form({ code: 'after' }, continuing({ form: 'later', indicator: '1' }))), {
      errors: [{ code: 'out_of_range' }]
    })
  })

  t.test('never change what reported values mean', async t => {
    await send(form({ code: 'used' }, COUNT, { ...COUNT, code: '2', position: 2 }))
    const value = { unit: 'H56', period: '2027-H1', form: 'used', indicator: '1', number: 7 }
    t.match((await post('/v1/indicator-values', { items: [value] })).body, { created: 1 })
    const changed = (given: object) => faults(form({ code: 'used' }, { ...COUNT, ...given }, { ...COUNT, code: '2', position: 2 }))
    t.same(await changed({ name: 'Khác' }), [`${at}/0/name form_has_values`])
    t.same(await changed({ measure: null }), [`${at}/0/measure form_has_values`])
    t.same(await changed({ value_type: 'percent' }), [`${at}/0/value_type form_has_values`])
    t.same(await changed({ code: '3' }), [`${at} form_has_values`])
    t.match(await send(form({ code: 'used' }, { ...COUNT, printed_code: 'I' }, { ...COUNT, code: '3', position: 2 })), { updated: 1 },
      'what has no value can go, and what is not part of the meaning can change')
    const atFault = await post('/v1/forms?mode=partial', { items: [form({ code: 'used' }, { ...COUNT, name: 'Khác' }), form({ code: 'fine' })] })
    t.match(atFault.body, { created: 1, updated: 0, rejected: 1, errors: [{ pointer: `${at}/0/name`, code: 'form_has_values' }] })
  })

  t.test('keep what another form continues', async t => {
    await send(form({ code: 'first' }), form({ code: 'untouched' }))
    await send(form({ code: 'second', valid_from: '2030-01-01' }, { ...COUNT, corresponds_to: { form: 'first', indicator: '1' } }))
    t.same(await faults(form({ code: 'first' }, { ...COUNT, code: '2' })), [`${at} indicator_continued`])
    t.same(await faults(form({ code: 'first' }, { ...COUNT, value_type: 'percent' })), [`${at}/0/value_type indicator_continued`])
    t.match(await send(form({ code: 'first' }, { ...COUNT, name: 'Khác' })), { updated: 1 })
    t.match(await send(form({ code: 'untouched' }, { ...COUNT, code: '2' })), { updated: 1 })
  })

  t.test('that have no indicators, as a database of before may hold, get some', async t => {
    await sql`insert into forms (code, name, valid_from) values ('bare', 'x', '2026-12-15')`.execute(service.db)
    t.match(await send(form({ code: 'bare' })), { updated: 1 })
  })

  t.test('that are stored go on naming levels that their database lacks', async t => {
    const derivation = { op: 'on_time', level: ['hamlet'], field: ['none'] }
    const indicator = { ...COUNT, value_type: 'percent', derivation }
    t.same(await faults(form({ code: 'lacking' }, indicator)), [
      `${at}/0/derivation/level/0 unknown_level`, `${at}/0/derivation/field/0 unknown_field`
    ])
    t.match(await send(form({ code: 'lacking' }, { ...indicator, derivation: null })), { created: 1 })
    await sql`update indicators set derivation = ${JSON.stringify(derivation)}::jsonb where form = 'lacking'`.execute(service.db)
    t.match(await send(form({ code: 'lacking' }, indicator)), { unchanged: 1 })
    t.match(await send(form({ code: 'lacking', valid_to: '2030-01-01', indicators: undefined })), { updated: 1 })
  })

  t.test('are common to all provinces', async t => {
    const { headers } = await givenClient(service, 'of-province', { scopes: ['write:catalogue'], unit: 'H56' })
    t.match(await post('/v1/forms', { items: [form()] }, headers), { status: 403, body: { code: 'forbidden_rows' } })
  })
})
