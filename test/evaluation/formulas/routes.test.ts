import { sql } from 'kysely'
import { addFormulas } from '../../../src/evaluation/formulas/store.ts'
import { documentFormula } from '../../../src/seed/evaluation/document.ts'
import { foundFormula } from '../../../src/seed/evaluation/found.ts'
import { givenClient } from '../../client.ts'
import { forEachDatabase } from '../../database.ts'

const NUMBER = { type: 'number', measure: 'dossiers', choices: null, meaning: 'x' }
const input = (name: string) => ({ op: 'input', name })
const CRITERION = {
  code: 'ON_TIME', name: 'Đúng hạn', maximum: 20, levels: null,
  inputs: [{ ...NUMBER, name: 'numerator' }, { ...NUMBER, name: 'denominator' }],
  rate: { denominator: input('denominator'), numerator: input('numerator'), op: 'ratio' }, rate_status: 'rule',
  points: { op: 'proportional', value: input('rate'), from: 0.6, full_from: 0.95, points: 20 }, points_status: 'rule', note: null
}
const formula = (given = {}, criterion = {}) => ({
  code: 'own', scheme: 'own', name: 'Bộ tiêu chí', status: 'published', source: 'Quyết định', precedence: 100, valid_from: '2027-01-01',
  groups: [{ code: 'PROGRESS', name: 'Tiến độ', maximum: 20, criteria: [{ ...CRITERION, ...criterion }] }],
  ...given
})

forEachDatabase('versions of the formula', async (t, service) => {
  const { get, post, db } = service

  t.test('that are shipped are sound, and each names its source', async t => {
    const { items } = (await get('/v1/evaluation-formulas?scheme=qd-766')).body
    t.same(items, [documentFormula(), foundFormula()].map(one => JSON.parse(JSON.stringify(one))))
    t.match((await post('/v1/evaluation-formulas', { items })).body, { received: 2, unchanged: 2 })
    await sql`delete from evaluation_formulas where code = ${documentFormula().code}`.execute(db)
    await addFormulas(db, [documentFormula(), foundFormula()])
    await addFormulas(db, [documentFormula(), foundFormula()])
    await sql`update evaluation_formulas set groups = replace(groups::text, '"counted"', '"former"')::jsonb, precedence = 150
      where code = ${foundFormula().code}`.execute(db)
    await addFormulas(db, [documentFormula(), foundFormula()])
    t.same((await get('/v1/evaluation-formulas?scheme=qd-766')).body.items[1], JSON.parse(JSON.stringify({ ...foundFormula(), precedence: 150 })),
      'a version that was stored before says what is counted from records, and is otherwise as it was')
    await post('/v1/evaluation-formulas', { items: [foundFormula()] })
    t.same((await get('/v1/evaluation-formulas?as_of=2025-12-31')).body.items, [])
    t.equal((await get('/v1/evaluation-formulas?as_of=2026-01-01&limit=1')).body.items.length, 1)
  })

  t.test('have the most points of Decision 766', async t => {
    const sum = (all: { maximum: number | null }[]) => all.reduce((total, { maximum }) => total + maximum!, 0)
    const { groups } = foundFormula()
    t.same(groups.map(({ code, maximum, criteria }) => [code, maximum, sum(criteria)]), [
      ['TRANSPARENCY', 18, 18], ['PROGRESS', 20, 20], ['ONLINE_SERVICES', 12, 12], ['DIGITISATION', 22, 22], ['ONLINE_PAYMENT', 10, 10.5],
      ['SATISFACTION', 18, 18]
    ])
    t.equal(sum(groups), 100)
  })

  t.test('are created, updated and unchanged as a whole, whatever the order of properties', async t => {
    const send = async (item: object) => (await post('/v1/evaluation-formulas', { items: [item] })).body
    t.match(await send(formula()), { created: 1 })
    t.match(await send(formula({}, { rate: { op: 'ratio', numerator: input('numerator'), denominator: input('denominator') } })), { unchanged: 1 })
    t.match(await send(formula({ valid_to: '2027-12-31', volume: 'ON_TIME' })), { updated: 1 })
    t.match((await get('/v1/evaluation-formulas?scheme=own')).body.items, [{ valid_to: '2027-12-31', volume: 'ON_TIME', note: null }])
    t.match((await post('/v1/evaluation-formulas', { items: [] })).body, { received: 0 })
  })

  t.test('that are at fault are refused, and the error points into the formula', async t => {
    const faults = async (...items: unknown[]) => (await post('/v1/evaluation-formulas', { items })).body.errors
      .map(({ pointer, code }: Record<string, string>) => `${pointer} ${code}`).toSorted()
    const at = '/items/0/groups/0/criteria/0'
    t.same(await faults(formula({}, { inputs: [], rate: null, points: null, counted: 'progress' })), [`${at}/counted not_allowed`])
    t.same(await faults(formula({}, { points: { op: 'sum', of: [input('rate'), { op: 'constant', value: 'x' }] } })),
      [`${at}/points/of/1/value invalid_type`])
    t.same(await faults(formula({}, { points: input('rate') })), [`${at}/points measures_differ`])
    t.same(await faults(formula({}, { rate: input('numerator') })), [`${at}/rate measures_differ`])
    t.same(await faults(formula({}, { rate: null })), [`${at}/points/value/name unknown_input`])
    t.same(await faults(formula({}, { maximum: null })), [`${at}/maximum missing`])
    t.same(await faults(formula({}, { maximum: 2.125 })), [`${at}/maximum out_of_range`])
    t.same(await faults(formula({}, { levels: ['none'] })), [`${at}/levels/0 unknown_level`])
    t.same(await faults(formula({}, { code: 'PROGRESS' })), [`${at}/code duplicate_key`])
    t.same(await faults(formula({}, { code: 'total' })), [`${at}/code duplicate_key`])
    t.same(await faults(formula({ volume: 'none' })), ['/items/0/volume unknown_criterion'])
    t.same(await faults(formula({ valid_to: '2026-12-31' })), ['/items/0/valid_to out_of_range'])
    t.same(await faults(formula(), formula()), ['/items/0 duplicate_key', '/items/1 duplicate_key'])
    const inputs = (...some: object[]) => (
      formula({}, { rate: null, points: null, inputs: some.map(one => ({ ...NUMBER, ...one })) }))
    t.same(await faults(inputs({ name: 'a' }, { name: 'a' }, { name: 'rate' })),
      [`${at}/inputs/1/name duplicate_key`, `${at}/inputs/2/name duplicate_key`])
    t.same(await faults(inputs({ name: 'a', choices: ['x'] }, { name: 'b', type: 'choice' }, { name: 'numerator', type: 'choice', choices: ['x'], measure: null })),
      [`${at}/inputs/0/choices not_allowed`, `${at}/inputs/1/choices not_allowed`, `${at}/inputs/1/measure not_allowed`, `${at}/inputs/2/type not_allowed`])
    t.same(await faults(formula({ groups: [] })), ['/items/0/groups missing'])
    t.same(await faults(formula({ status: 'guessed' }, { rate: 7 })), [`${at}/rate invalid_type`, '/items/0/status not_allowed'])
  })

  t.test('are common to all provinces', async t => {
    const { headers } = await givenClient(service, 'of-province', { scopes: ['write:catalogue'], unit: 'H56' })
    t.match(await post('/v1/evaluation-formulas', { items: [formula()] }, headers), { status: 403, body: { code: 'forbidden_rows' } })
  })
})
