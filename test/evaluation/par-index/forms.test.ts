import { givenClient } from '../../client.ts'
import { forEachDatabase } from '../../database.ts'
import { faultsOf, FORM, givenForm, PERIOD, points, rowsOf } from './given.ts'

const MARK = { name: 'mark', type: 'number', measure: 'points', choices: null, meaning: 'Điểm' }
const given = { code: 'a', name: 'A', source: 'x', valid_from: '2021-01-01', units: ['H56-380'], maximum: 1 }
const leaf = { code: '1', name: '1', maximum: 1, scored_by: 'hand' }
const named = (name: string) => ({ op: 'input', name })

forEachDatabase('forms that units are scored by', async (t, service) => {
  const { get, post } = service
  const send = (...items: object[]) => post('/v1/par-index-forms', { items })
  const faults = async (form: object) => faultsOf(await send({ ...given, ...form }))
  const faultsIn = (...criteria: object[]) => faults({ criteria })

  t.test('are data, which comes back as it was posted, with what was left out', async t => {
    t.match((await send(FORM)).body, { created: 1, errors: [] })
    t.match((await send(FORM)).body, { unchanged: 1 })
    const [stored] = (await get('/v1/par-index-forms')).body.items
    t.match(stored, { ...FORM, valid_to: null, note: null, ranked_within: 'level' })
    t.match(stored.criteria[0], {
      code: '1', parent: null, scored_by: null, inputs: [], rate: null, points: null, counted: null, note: null
    })
    t.same(rowsOf(await get('/v1/par-index-forms?as_of=2020-12-31'), 'code'), [])
    t.same(rowsOf(await get('/v1/par-index-forms?as_of=2021-01-01'), 'code'), [[FORM.code]])
  })

  t.test('have in each criterion the points of its parts, and in all those of their fields', async t => {
    const parts = [{ ...leaf, code: '1.1', parent: '1', maximum: 0.1 }, { ...leaf, code: '1.2', parent: '1', maximum: 0.2 }]
    const sum = { code: '1', name: '1', maximum: 0.3 }
    const { status } = await send({ ...given, code: 'sum', maximum: 0.3, criteria: [sum, ...parts] })
    t.equal(status, 200, '0.1 and 0.2 are 0.3')
    t.same(await faultsIn({ code: '1', name: '1', maximum: 1 }, ...parts), ['/items/0/criteria/0/maximum maximum_differs'])
    t.same(await faultsIn({ ...leaf, maximum: 2 }), ['/items/0/maximum maximum_differs'])
    t.same(await faults({ survey_maximum: 0.5, criteria: [leaf] }), ['/items/0/survey_maximum maximum_differs'])
    t.same(await faultsIn({ ...leaf, maximum: 1.001 }), ['/items/0/criteria/0/maximum out_of_range'])
    t.same(await faults({ maximum: 1.001, survey_maximum: 0.001, criteria: [leaf] }),
      ['/items/0/maximum out_of_range', '/items/0/survey_maximum out_of_range'])
  })

  t.test('say of each criterion without parts how it is scored, and of no other', async t => {
    const at = (name: string, i = 0) => `/items/0/criteria/${i}/${name}`
    const by = (scored_by: string | null, more: object = {}) => faultsIn({ ...leaf, scored_by, ...more })
    t.same(await by(null), [`${at('scored_by')} missing`])
    t.same(await by('hand', { inputs: [MARK], points: named('mark') }),
      [`${at('inputs')} not_allowed`, `${at('points')} not_allowed`])
    t.same(await by('formula'), [`${at('points')} missing`])
    t.same(await by('survey', { inputs: [MARK], points: named('mark'), counted: 'on_time' }), [
      `${at('counted')} not_allowed`, `${at('counted')} not_allowed`, '/items/0/survey_maximum maximum_differs'
    ])
    t.same(await by('count', { inputs: [MARK], points: named('mark') }),
      [`${at('counted')} missing`, `${at('inputs/0/name')} not_allowed`])
    t.same(await by('formula', { inputs: [MARK], points: named('other') }), [`${at('points/name')} unknown_input`])
    t.same(await faultsIn(leaf, { ...leaf, code: '1.1', parent: '1' }), [`${at('scored_by')} not_allowed`])
    t.same(await faultsIn({ ...leaf, parent: '2' }, { ...leaf, code: '2' }), [`${at('parent')} unknown_criterion`])
    t.same(await faultsIn({ ...leaf, maximum: 0.5 }, { ...leaf, maximum: 0.5 }), [`${at('code', 1)} duplicate_key`])
    const part = (code: string, parent: string | null) => ({ code, parent, name: code, maximum: 1 })
    t.same(await faultsIn(part('1', null), part('2', '1'), part('1', '2'), { ...leaf, code: '3', parent: '2' }),
      [`${at('code', 2)} duplicate_key`], 'one within itself')
  })

  t.test('are for units and levels that there are, in days that follow one another', async t => {
    const wrong = { within: 'H00', units: ['H56-380', 'H01'], levels: ['district', 'moon'], valid_to: '2020-12-31' }
    t.same(await faults({ ...wrong, criteria: [leaf] }), [
      '/items/0/within unknown_unit', '/items/0/units/1 unknown_unit', '/items/0/valid_to out_of_range', '/items/0/levels/1 unknown_level'
    ])
    t.same(faultsOf(await send({ ...given, criteria: [leaf] }, { ...given, criteria: [leaf] })),
      ['/items/0 duplicate_key', '/items/1 duplicate_key'])
    const { headers } = await givenClient(service, 'province', { scopes: ['write:catalogue'], unit: 'H56' })
    t.equal((await post('/v1/par-index-forms', { items: [FORM] }, headers)).status, 403)
  })

  t.test('go on meaning what they did once units have scores by them', async t => {
    const { status } = await post('/v1/par-index-scores/self', { items: [points('H56-380', '1.1', 2)] })
    t.equal(status, 200)
    t.match((await send({ ...FORM, name: 'Tên khác' })).body, { updated: 1 })
    const harder = FORM.criteria.map(criterion => (
      ['1', '1.1'].includes(criterion.code) ? { ...criterion, maximum: criterion.maximum - 1 } : criterion))
    t.same(faultsOf(await send({ ...FORM, maximum: 19, criteria: harder })), ['/items/0/criteria form_has_scores'])
    const others = {
      valid_from: '2021-02-01', within: null, levels: ['district', 'commune'], kinds: ['town'], units: ['H56-381'], ranked_within: 'form'
    }
    for (const [name, value] of Object.entries(others)) {
      t.same(faultsOf(await send({ ...FORM, [name]: value })), [`/items/0/${name} form_has_scores`])
    }
    t.same(faultsOf(await send({ ...FORM, valid_to: '2021-12-30' })), ['/items/0/valid_to form_has_scores'], 'a period with scores ends later')
    t.match((await send({ ...FORM, valid_to: '2021-12-31' })).body, { updated: 1 })
    t.match((await send({ ...FORM, units: FORM.units.toReversed() })).body, { updated: 1 }, 'the same units')
    t.match((await send(FORM)).body, { updated: 1 })
    t.match((await send({ ...FORM, code: 'par-2021-2', maximum: 19, criteria: harder })).body, { created: 1 })
  })

  t.test('apply to a unit by the one that holds since the latest day, or by the one that is named', async t => {
    const ask = `/v1/par-index?period=${PERIOD}&unit=H56-380`
    const form = { ...given, criteria: [leaf] }
    await givenForm(service, { ...form, code: 'later', valid_from: '2021-10-01', within: 'H56', kinds: ['city'] })
    await givenForm(service, { ...form, code: 'ended', valid_from: '2021-11-01', valid_to: '2021-11-30' })
    t.same(rowsOf(await get(ask), 'form', 'maximum', 'points', 'index_percent', 'known_percent', 'rank', 'unranked', 'unknown'),
      [['later', 1, null, null, 0, null, 'points_unknown', 'nothing_posted']])
    t.same(rowsOf(await get(`${ask}&form=${FORM.code}`), 'form', 'self_points', 'points', 'unknown'),
      [[FORM.code, 2, null, 'not_appraised']])
    t.same(rowsOf(await get(`${ask}&form=ended&sort=-points`), 'form', 'unit'), [['ended', 'H56-380']])
    t.same(faultsOf(await get(`${ask}&form=none`)), ['/query/form unknown_form'])
    const explain = async (query: string) => faultsOf(await get(`/v1/par-index/explain?period=${PERIOD}&${query}`))
    t.same(await explain('unit=H56&criterion=1'), ['/query/unit unknown_form'])
    t.same(await explain('unit=H56-380&criterion=9'), ['/query/criterion unknown_criterion'])
  })

  t.test('rank all units that they are for where they say so', async t => {
    const form = { ...given, code: 'all', ranked_within: 'form', levels: ['province', 'district'], units: ['H56', 'H56-380'] }
    await givenForm(service, { ...form, criteria: [leaf] })
    const score = (unit: string, points: number) => (
      { unit, period: PERIOD, form: 'all', criterion: '1', points, reason: 'x' })
    const { status } = await post('/v1/par-index-scores/appraised', { items: [score('H56', 0.5), score('H56-380', 1)] })
    t.equal(status, 200)
    t.same(rowsOf(await get(`/v1/par-index?period=${PERIOD}&form=all`), 'unit', 'rank', 'index_percent'),
      [['H56', 2, 50], ['H56-380', 1, 100]])
  })

  t.test('of more units and criteria than an answer has room for are refused', async t => {
    const criteria = Array.from({ length: 500 }, (_, i) => ({ ...leaf, code: `c${i}`, maximum: 0.01 }))
    await givenForm(service, { ...given, code: 'long', maximum: 5, levels: ['commune'], units: null, criteria })
    t.equal((await get(`/v1/par-index?period=${PERIOD}&form=long`)).status, 413)
    t.equal((await get(`/v1/par-index/criteria?period=${PERIOD}&form=long`)).body.code, 'too_many_rows')
  })
})
