import { forEachDatabase, type Answer } from '../../database.ts'
import { item, send } from '../../dossiers/given.ts'

type Row = Record<string, unknown>

const input = (name: string) => ({ op: 'input', name })
const criterion = (code: string, counted: string) => ({
  code, name: code, maximum: 10, levels: null, counted,
  inputs: ['numerator', 'denominator'].map(name => ({ name, type: 'number', measure: 'dossiers', choices: null, meaning: name })),
  rate: { op: 'ratio', numerator: input('numerator'), denominator: input('denominator') }, rate_status: 'rule',
  points: { op: 'product', of: [input('rate'), { op: 'constant', value: 10, measure: 'points' }] }, points_status: 'rule', note: null
})
const FORMULA = {
  code: 'two-ways', scheme: 'own', name: 'Đúng hạn theo hai cách đếm', status: 'found', source: 'x', precedence: 1,
  valid_from: '2021-01-01',
  groups: [{
    code: 'BOTH', name: 'Đúng hạn', maximum: 20,
    criteria: [criterion('AS_PORTAL', 'progress'), criterion('AS_SERVICE', 'on_time')]
  }]
}

const dossier = (code: string, unit: string, due: string, ended: string | null = null) => item({
  code, unit, received_at: '2021-06-01T08:00:00+07:00', due_at: `2021-${due}T17:00:00+07:00`,
  ...ended === null ? {} : { status: 10, finished_at: `2021-${ended}T09:00:00+07:00`, updated_at: `2021-${ended}T09:05:00+07:00` }
})

const rowsOf = ({ body }: Answer, ...names: string[]) => (body.items as Row[]).map(row => names.map(name => row[name]))

forEachDatabase('points for dossiers on time, as the portal counts and as the service does', async (t, service) => {
  const { get, post } = service
  t.equal((await post('/v1/evaluation-formulas', { items: [FORMULA] })).status, 200)
  const { issues } = await send(service.db, [
    dossier('in-time', 'H56-380', '06-07', '06-03'), dossier('late', 'H56-380', '06-03', '06-07'),
    dossier('overdue', 'H56-380', '06-07'), dossier('due-in-july', 'H56-380', '07-05'),
    dossier('of-another-unit', 'H56-381', '06-07', '06-03')
  ])
  t.equal(issues.size, 0)
  const ask = 'period=cal-2021-M06&formula=two-ways'
  const counts = ['criterion', 'numerator', 'denominator', 'points', 'counts_from']

  t.test('differ by what is open: the portal counts it, the service does not', async t => {
    t.same(rowsOf(await get(`/v1/evaluation?${ask}&unit=H56-380&kind=criterion`), ...counts), [
      ['AS_PORTAL', 2, 4, 5, 'records'], ['AS_SERVICE', 1, 2, 5, 'records']
    ])
    t.same(rowsOf(await get(`/v1/evaluation?${ask}&unit=H56&kind=criterion`), ...counts), [
      ['AS_PORTAL', 3, 5, 6, 'records'], ['AS_SERVICE', 2, 3, 6.67, 'records']
    ])
    t.same(rowsOf(await get(`/v1/evaluation?${ask}&unit=H56&criterion=AS_SERVICE`), ...counts), [
      ['AS_SERVICE', 2, 3, 6.67, 'records']
    ], 'the same where nothing else is asked for')
  })

  t.test('are compared with a period that is asked for as well', async t => {
    const { body } = await get('/v1/evaluation?period=cal-2021-M06,cal-2021-M07&formula=two-ways&unit=H56-380&kind=criterion&compare=previous')
    const names = ['period', 'criterion', 'numerator', 'points', 'compared_period', 'compared_points', 'points_change']
    t.same((body.items as Row[]).map(row => names.map(name => row[name])), [
      ['cal-2021-M06', 'AS_PORTAL', 2, 5, 'cal-2021-M05', null, null],
      ['cal-2021-M06', 'AS_SERVICE', 1, 5, 'cal-2021-M05', null, null],
      ['cal-2021-M07', 'AS_PORTAL', 0, 0, 'cal-2021-M06', 5, -5],
      ['cal-2021-M07', 'AS_SERVICE', null, null, 'cal-2021-M06', 5, null]
    ])
  })

  t.test('are known by field and procedure either way', async t => {
    const parts = await get(`/v1/evaluation?${ask}&unit=H56-380&kind=criterion&group_by=unit&group_by=procedure`)
    t.same(rowsOf(parts, ...counts), [['AS_PORTAL', 2, 4, 5, 'records'], ['AS_SERVICE', 1, 2, 5, 'records']])
  })

  t.test('lead to the dossiers that cost them, each by its way of counting', async t => {
    const explained = async (code: string) => (
      (await get(`/v1/evaluation/explain?${ask}&unit=H56-380&criterion=${code}`)).body)
    const dossiers = async (code: string, part = 'rest') => (
      rowsOf(await get(`/v1/evaluation/dossiers?${ask}&unit=H56-380&criterion=${code}&part=${part}`), 'code').flat().sort())
    const portal = await explained('AS_PORTAL')
    t.same(rowsOf(await get(portal.dossiers_url), 'code').flat().sort(), ['late', 'overdue'])
    t.same(await dossiers('AS_PORTAL'), ['late', 'overdue'])
    const own = await explained('AS_SERVICE')
    t.match((await get(own.explain_url)).body, { numerator: 1, denominator: 2 })
    t.same(rowsOf(await get(own.dossiers_url), 'code'), [['late']])
    t.same(await dossiers('AS_SERVICE'), ['late'])
    t.same(await dossiers('AS_SERVICE', 'numerator'), ['in-time'])
    t.same(await dossiers('AS_SERVICE', 'denominator'), ['in-time', 'late'])
    t.same(await dossiers('AS_SERVICE', 'unknown'), [], 'when a dossier ended is always known')
  })

  t.test('count by other rules where these are asked for, and say by which', async t => {
    const one = 'unit=H56-380&kind=criterion'
    const named = ['criterion', 'numerator', 'denominator', 'rules', 'rules_version']
    await send(service.db, [item({
      ...dossier('withdrawn', 'H56-380', '06-03'), status: 7, finished_at: '2021-06-07T09:00:00+07:00', updated_at: '2021-06-07T09:05:00+07:00'
    })])
    t.same(rowsOf(await get(`/v1/evaluation?${ask}&${one}`), ...named), [
      ['AS_PORTAL', 2, 5, 'portal-766', 1], ['AS_SERVICE', 1, 3, 'default', 1]
    ])
    t.same(rowsOf(await get(`/v1/evaluation?${ask}&${one}&rules=local-06a&compare=previous`), ...named), [
      ['AS_PORTAL', 3, 5, 'local-06a', 1], ['AS_SERVICE', 2, 3, 'local-06a', 1]
    ])
    t.same(rowsOf(await get(`/v1/evaluation?${ask}&unit=H56&children=true&group_by=level&level=district&kind=criterion&rules=local-06a`), ...named), [
      ['AS_PORTAL', 4, 6, 'local-06a', 1], ['AS_SERVICE', 3, 4, 'local-06a', 1]
    ])
    const { body } = await get(`/v1/evaluation/explain?${ask}&unit=H56-380&criterion=AS_SERVICE&rules=local-06a`)
    t.match(body, { row: { rules: 'local-06a' }, explain_url: /rules=local-06a/, dossiers_url: /rules=local-06a/ })
    t.same(rowsOf(await get(body.dossiers_url), 'code'), [['late']])
    const listed = `/v1/evaluation/dossiers?${ask}&unit=H56-380&criterion=AS_SERVICE&rules=local-06a`
    t.same(rowsOf(await get(listed), 'code'), [['late']])
    for (const path of [`/v1/evaluation?${ask}&unit=H56-386&rules=none`, listed.replace('local-06a', 'none')]) {
      t.match(await get(path), { status: 400, body: { errors: [{ pointer: '/query/rules', code: 'unknown_rules' }] } }, 'also where nothing is counted')
    }
    await send(service.db, [{ code: 'withdrawn', unit: 'H56-380', deleted: true, updated_at: '2021-07-07T09:05:00+07:00' }])
  })

  t.test('are missing by what is late', async t => {
    const { body } = await get(`/v1/evaluation/levers?${ask}&unit=H56-380`)
    t.match(body.items, [
      { criterion: 'AS_PORTAL', missing: 2, needed: 2, savable_unknown: 'span_over' },
      { criterion: 'AS_SERVICE', missing: 1, needed: 1, savable_unknown: 'other_criterion' }
    ])
  })
})
