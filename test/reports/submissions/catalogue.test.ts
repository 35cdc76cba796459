import { forEachDatabase } from '../../database.ts'

const DOCUMENT = { number: '1', date: '2021-01-01', issuer: 'x' }

forEachDatabase('what the catalogue keeps for a report without values', async (t, { post, put, delete: remove }) => {
  const made = await post('/v1/unit-changes', {
    effective_on: '2021-01-01', document: DOCUMENT,
    events: [{ type: 'create', unit: {
      code: 'H56-NEW', name: 'Sở mới', kind: 'department', level: 'province', parent: 'H56', reports_dossiers: false
    } }]
  })
  t.equal(made.status, 200, made.text)
  t.equal((await post('/v1/reports/H56-NEW/2021-H1/submit', { nothing_to_report: true })).status, 200)
  t.equal((await put('/v1/reports/H56-NEW/2021-H1/deadlines', { due_on: '2021-06-30' })).status, 200)

  t.test('is its unit, which is not taken back', async t => {
    t.match(await remove(`/v1/unit-changes/${made.body.id}`, { 'x-reason': 'x' }), {
      status: 409,
      body: {
        errors: [{ detail: 'a report of 2021-H1 is stored for H56-NEW' }, { detail: 'deadlines of 2021-H1 are stored for H56-NEW' }]
      }
    })
  })

  t.test('is the level of its unit, and the day on which it ends', async t => {
    const item = { code: 'H56-NEW', name: 'Sở mới', kind: 'department', parent: 'H56', valid_from: '2021-01-01' }
    t.match(await post('/v1/units', { items: [{ ...item, level: 'district', reports_dossiers: false }] }), {
      status: 422, body: { errors: [{ code: 'unit_has_history' }, { pointer: '/items/0/level', code: 'unit_has_figures' }] }
    })
    t.equal((await post('/v1/reports/H56-NEW/2021-Q4/submit', { nothing_to_report: true })).status, 200)
    t.match(await post('/v1/unit-changes', {
      effective_on: '2021-07-01', document: DOCUMENT, events: [{ type: 'abolish', unit: 'H56-NEW' }]
    }), { status: 422, body: { errors: [{ code: 'unit_has_figures', detail: /^reports of 2021-Q4 are stored/ }] } })
  })

  t.test('is its period, whose days stay as they are', async t => {
    const period = { code: 'w-1', calendar: 'weeks', kind: 'week', year: 2021, starts_on: '2021-03-01', ends_on: '2021-03-07' }
    await post('/v1/periods', { items: [period] })
    t.equal((await post('/v1/reports/H56/w-1/submit', { nothing_to_report: true })).status, 200)
    t.match(await post('/v1/periods', { items: [{ ...period, ends_on: '2021-03-06' }] }), {
      status: 422, body: { errors: [{ code: 'period_has_figures' }] }
    })
  })
})
