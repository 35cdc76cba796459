import { givenClient } from '../../client.ts'
import { forEachDatabase } from '../../database.ts'
import { givenPhuTho } from '../given.ts'
import {
  answer, counts, faultsOf, FORM, givenEnded, givenForm, givenWriters, PERIOD, points, rate, rowsOf
} from './given.ts'

const [A, B] = ['H56-380', 'H56-381']

forEachDatabase('scores of the PAR index', async (t, service) => {
  const { get, post } = service
  const { units, appraiser, surveyor, selfScored, appraised, surveyed } = await givenWriters(service)
  await givenForm(service)
  const faults = async (stage: string, ...items: object[]) => faultsOf(await post(`/v1/par-index-scores/${stage}`, { items }))
  const at = (...faults: string[]) => faults.map(fault => `/items/0${fault}`)

  t.test('name a form that holds at the end of the period and is for the unit, and a criterion without parts', async t => {
    const item = points(A, '1.1', 1)
    t.same(await faults('self', { ...item, unit: 'H56-999', period: '1999', form: 'none' }),
      at('/period unknown_period', '/unit unknown_unit', '/form unknown_form'))
    t.same(await faults('self', { ...item, criterion: '1' }), at('/criterion unknown_criterion'))
    t.same(await faults('self', { ...item, period: 'cal-2020' }), at('/form not_allowed'))
    t.same(await faults('self', { ...item, unit: 'H56' }), at('/form not_allowed'))
    t.same(await faults('self', { ...item, unit: 'H56-STC' }), at('/form not_allowed'))
    t.same(await faults('self', { ...item, period: 'cal-2026' }), at('/unit unit_not_valid'), 'districts ended')
    await givenForm(service, { ...FORM, code: 'wide', within: null, levels: ['province'], units: null })
    t.same(await faults('self', { ...item, unit: 'H56', form: 'wide', period: 'cal-2050' }), at('/period period_not_begun'))
    t.same(await faults('self', item, item), ['/items/0 duplicate_key', '/items/1 duplicate_key'])
  })

  t.test('are points by hand, otherwise what the formula is given', async t => {
    t.same(await faults('self', points(A, '1.1', 2.5)), at('/points out_of_range'))
    t.same(await faults('self', points(A, '1.1', 1.001)), at('/points out_of_range'))
    t.same(await faults('self', points(A, '1.1', 1, { inputs: { answer: 'late' } })), at('/points not_allowed'))
    t.same(await faults('self', points(A, '2.1', 1)), at('/points not_allowed'))
    t.same(await faults('self', { ...points(A, '1.1', 1), points: null }), at(' nothing_reported'))
    t.same(await faults('self', { ...answer(A, 'late'), criterion: '1.1' }), at('/inputs/answer unknown_input'))
    t.same(await faults('self', answer(A, 'soon')), at('/inputs/answer not_a_choice'))
    t.same(await faults('self', { ...answer(A, 'late'), inputs: { answer: 1 } }), at('/inputs/answer not_a_choice'))
    t.same(await faults('self', { ...rate(A, '2.1', 1, 2), inputs: { numerator: 'many', denominator: 1.23456789 } }),
      at('/inputs/numerator invalid_type', '/inputs/denominator out_of_range'))
    t.same(await faults('self', rate(A, '3', 1, 2)), at('/criterion not_allowed'))
    t.same(await faults('survey', { ...rate(A, '2.1', 1, 2), source: 'one-stop' }), at('/criterion not_allowed'))
  })

  t.test('of surveys have a source, and no other changes them', async t => {
    t.same(await faults('survey', rate(A, '3', 1, 2)), at('/source missing'))
    t.same(await faults('survey', { ...rate(A, '3', 1, 2), source: 'none' }), at('/source unknown_source'))
    t.same((await post('/v1/par-index-scores/survey', { items: ['text'] })).body.code, 'invalid_rows')
    await surveyed(rate(A, '3', 80.5, 100))
    t.same(await faults('survey', { ...rate(A, '3', 1, 2), source: 'one-stop' }), at('/source other_source'))
    const { body } = await post('/v1/par-index-scores/survey', { items: [rate(A, '3', 80.5, 100, { note: 'Số mới' })] }, surveyor)
    t.match(body, { updated: 1 })
    t.same(rowsOf(await get(`/v1/par-index/criteria?period=${PERIOD}&unit=${A}&criterion=3`), 'points'), [[4.03]], '4.025 is rounded up')
  })

  t.test('are written for units within reach, and appraised from above', async t => {
    const { headers } = await givenClient(service, 'one-district', { scopes: ['write:indicators', 'approve'], unit: A })
    const send = (stage: string, item: object) => post(`/v1/par-index-scores/${stage}`, { items: [item] }, headers)
    const foreign = await send('self', points(B, '1.1', 1))
    t.same([foreign.status, ...faultsOf(foreign)], [403, ...at('/unit forbidden_unit')])
    const own = await send('appraised', points(A, '1.1', 1, { reason: 'x' }))
    t.same([own.status, ...faultsOf(own)], [403, ...at('/unit forbidden_unit')])
    t.match((await post('/v1/par-index-scores/appraised', { items: [] }, units)).body, { code: 'insufficient_scope' })
    t.match((await post('/v1/par-index-scores/self', { items: [] }, appraiser)).body, { code: 'insufficient_scope' })
  })

  t.test('are not appraised by the client that posted them, and stay as they are once they are', async t => {
    await selfScored(points(A, '1.1', 2), rate(A, '2.1', 76, 100))
    const both = await givenClient(service, 'both', { scopes: ['write:indicators', 'approve'], unit: 'H56' })
    const send = (stage: string, item: object) => post(`/v1/par-index-scores/${stage}`, { items: [item] }, both.headers)
    t.match((await send('self', answer(A, 'late'))).body, { created: 1 })
    const own = await send('appraised', answer(A, 'none', { reason: 'x' }))
    t.same([own.status, ...faultsOf(own)], [403, ...at(' own_self_score')])
    await selfScored(answer(A, 'late', { evidence: 'Quyết định 12' }))
    t.same(faultsOf(await send('appraised', answer(A, 'none', { reason: 'x' }))), at(' own_self_score'),
      'another client has posted what proves it, and not what it is')
    await selfScored(answer(A, 'none'))
    t.match((await send('appraised', answer(A, 'none'))).body, { created: 1 }, 'another client has posted another score')
    t.match((await send('appraised', points(A, '1.1', 2))).body, { created: 1 }, 'it may appraise what others posted')
    t.same(faultsOf(await send('self', points(A, '1.1', 1))), at(' already_appraised'))
    t.match((await send('self', points(A, '1.1', 2))).body, { unchanged: 1 })
  })

  t.test('differ in appraisal only with a reason', async t => {
    const send = (item: object) => post('/v1/par-index-scores/appraised', { items: [item] }, appraiser)
    t.same(faultsOf(await send(rate(A, '2.1', 50, 100))), at('/reason missing'))
    t.same(faultsOf(await send(points(A, '2.1', 3.21))), at('/reason missing'))
    t.match((await send(points(A, '2.1', 3.2))).body, { created: 1 }, 'the points that follow from what the unit posted')
    t.same(faultsOf(await send(points(A, '3', 5))), at('/reason missing'))
    t.same(faultsOf(await send(points(B, '1.1', 1))), at('/reason missing'))
    t.match((await send(points(B, '1.1', 1, { reason: 'Biên bản' }))).body, { created: 1 })
    t.match((await send(points(B, '1.1', 1, { reason: 'Biên bản' }))).body, { unchanged: 1 })
  })

  t.test('are unknown where a count is missing or 0, and say so', async t => {
    await selfScored({ ...rate(B, '2.1', 1, 2), inputs: { numerator: 1 } }, counts(B, 0, 0))
    await appraised(rate(B, '2.1', 0, 0, { reason: 'Không được giao nhiệm vụ' }))
    const answer = await get(`/v1/par-index/criteria?period=${PERIOD}&unit=${B}&criterion=2.1&criterion=2.2`)
    t.same(rowsOf(answer, 'criterion', 'self_points', 'self_unknown', 'points', 'unknown', 'appraisal_change'), [
      ['2.1', null, 'unknown_input', null, 'denominator_zero', null], ['2.2', null, 'denominator_zero', null, 'nothing_counted', null]
    ])
  })

  t.test('are listed as they were posted', async t => {
    const list = (query: string) => get(`/v1/par-index-scores?${query}`)
    const some = await list(`unit=${A}&period=${PERIOD}&form=${FORM.code}&criterion=1.1&criterion=3`)
    t.same(rowsOf(some, 'criterion', 'stage', 'source', 'points', 'inputs'), [
      ['1.1', 'appraised', null, 2, {}], ['1.1', 'self', null, 2, {}], ['3', 'survey', 'survey-2021', null, { asked: 100, satisfied: 80.5 }]
    ])
    t.same(rowsOf(await list('stage=survey'), 'unit', 'note'), [[A, 'Số mới']])
    const { headers } = await givenClient(service, 'reader', { scopes: ['read'], unit: B })
    t.same([...new Set(rowsOf(await get('/v1/par-index-scores', headers), 'unit').flat())], [B])
    t.same(rowsOf(await get(`/v1/par-index?period=${PERIOD}`, headers), 'unit', 'form'), [[B, FORM.code]], 'a key sees its own units')
  })

  t.test('of units of several provinces are counted at once', async t => {
    await givenPhuTho(service)
    await givenEnded(service, 'H56-385', 1, 0)
    const form = { ...FORM, code: 'both', within: null, levels: null }
    await givenForm(service, { ...form, units: ['H44.01', 'H56-STC', 'H56-385'], valid_from: '2021-01-02' })
    const rows = await get(`/v1/par-index/criteria?period=${PERIOD}&form=both&criterion=2.2`)
    t.same(rowsOf(rows, 'unit', 'computed_points'), [['H56-STC', null], ['H56-385', 6]], 'one of them was not there yet')
    const later = await get('/v1/par-index/criteria?period=cal-2026&form=both&criterion=2.2')
    t.same(rowsOf(later, 'unit', 'unknown', 'maximum'), [['H44.01', 'nothing_counted', 6], ['H56-STC', 'nothing_counted', 6]])
  })
})
