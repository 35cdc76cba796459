import { sql } from 'kysely'
import { givenClient } from '../../client.ts'
import { forEachDatabase } from '../../database.ts'
import { givenInputs, givenPhuTho, progress, Q3 } from '../given.ts'

const CHOICES = {
  code: 'own', scheme: 'own', name: 'Phiếu chấm điểm', status: 'published', source: 'Quyết định của tỉnh', precedence: 1, valid_from: '2026-01-01',
  groups: [{
    code: 'PLAN',
    name: 'Kế hoạch',
    maximum: 5,
    criteria: [{
      code: 'PLAN_ISSUED', name: 'Ban hành kế hoạch', maximum: 2, levels: ['commune'],
      inputs: [{ name: 'answer', type: 'choice', measure: null, choices: ['in-time', 'late', 'none'], meaning: 'Ban hành' }],
      rate: null, rate_status: 'rule',
      points: { op: 'choice', name: 'answer', points: { 'in-time': 2, late: 0.5, none: 0 } }, points_status: 'rule', note: null
    }, {
      code: 'PLAN_DONE', name: 'Thực hiện kế hoạch', maximum: 3, levels: ['commune'],
      inputs: ['numerator', 'denominator'].map(name => ({ name, type: 'number', measure: 'points', choices: null, meaning: 'Việc' })),
      rate: null, rate_status: 'unknown',
      points: { op: 'sum', of: [{ op: 'input', name: 'numerator' }, { op: 'input', name: 'denominator' }] }, points_status: 'rule', note: null
    }]
  }]
}

forEachDatabase('inputs of the evaluation', async (t, service) => {
  const { get, post, db } = service
  await givenPhuTho(service)
  await post('/v1/evaluation-formulas', { items: [CHOICES] })

  t.test('are created, updated and unchanged by unit, period, criterion and source, and audited', async t => {
    const send = async (...items: object[]) => (await post('/v1/evaluation-inputs', { items })).body
    const row = progress('H44', 403_016, 464_494, { reported_at: '2026-09-26T08:00:00+07:00', points: 17.35, note: 'Cổng' })
    t.match(await send(row), { received: 1, created: 1 })
    t.match(await send(row), { received: 1, unchanged: 1 })
    t.match(await send({ ...row, points: 17.36 }), { updated: 1 })
    t.match((await post('/v1/evaluation-inputs?dry_run=true', { items: [{ ...row, points: 1 }] })).body, {
      updated: 1, rows: [{ outcome: 'updated', before: { points: 17.36 }, after: { points: 1 } }]
    })
    t.match(await send(progress('H44', 1, 2, { period: 'cal-2026-Q2', criterion: 'DOSSIER_SYNC', denominator: undefined, inputs: { reported: 2, on_portal: 1 } })), { created: 1 })
    t.match(await send(), { received: 0 })
    t.same((await get(`/v1/evaluation-inputs?unit=H44&period=${Q3}&criterion=PROGRESS_ON_TIME&source=one-stop`)).body.items, [{
      unit: 'H44', period: Q3, criterion: 'PROGRESS_ON_TIME', source: 'one-stop', numerator: 403_016, denominator: 464_494, inputs: {},
      points: 17.36, reported_at: '2026-09-26T08:00:00.000+07:00', note: 'Cổng'
    }])
    const { body: { items: [synced] } } = await get('/v1/evaluation-inputs?unit=H44&period=cal-2026-Q2')
    t.match(synced, {
      numerator: 1, denominator: null, inputs: { on_portal: 1, reported: 2 }, points: null, reported_at: null
    })
    t.equal((await get('/v1/evaluation-inputs')).body.items.length, 2)
    const { rows } = await sql<{ action: string }>`
      select action from changes where resource = 'evaluation-inputs' order by write, n`.execute(db)
    t.same(rows.map(({ action }) => action), ['created', 'updated', 'created'])
  })

  t.test('that are at fault are refused with all that is wrong', async t => {
    const faults = async (...items: unknown[]) => (await post('/v1/evaluation-inputs', { items })).body.errors
      .map(({ pointer, code }: Record<string, string>) => `${pointer} ${code}`).toSorted()
    t.same(await faults(progress('none', 1, 1, { period: 'none', source: 'none' })),
      ['/items/0/period unknown_period', '/items/0/source unknown_source', '/items/0/unit unknown_unit'])
    t.same(await faults(progress('H44', 1, 1, { period: 'none' })), ['/items/0/period unknown_period'])
    t.same(await faults(progress('H44', 1, 1), progress('H44', 1, 2), null),
      ['/items/0 duplicate_key', '/items/1 duplicate_key', '/items/2 invalid_type'])
    t.same(await faults(progress('H44', 1, 1, { criterion: 'none' })), ['/items/0/criterion unknown_criterion'])
    t.same(await faults({ unit: 'H44', period: Q3, criterion: 'total', source: 'one-stop' }), ['/items/0 nothing_reported'])
    t.same(await faults(progress('H44', 1, 1, { criterion: 'PROGRESS', points: 1.234 })),
      ['/items/0/denominator unknown_input', '/items/0/numerator unknown_input', '/items/0/points out_of_range'])
    t.same(await faults(progress('H44', 1, 1, { inputs: { x: 1, numerator: 2, denominator: 'a' } })),
      ['/items/0/inputs/denominator not_allowed', '/items/0/inputs/numerator not_allowed', '/items/0/inputs/x unknown_input'])
    t.same(await faults(progress('H44', -1, 1.5, { inputs: { 'X y': 1, a: true, b: -1 } })), [
      '/items/0/denominator invalid_type', '/items/0/inputs/X y unknown_property', '/items/0/inputs/a invalid_type',
      '/items/0/inputs/b out_of_range', '/items/0/numerator out_of_range'
    ])
    t.same(await faults(progress('H44', 1, 1, { period: 'cal-2050-Q1' })), ['/items/0/period period_not_begun'])
    t.same(await faults(progress('H44', 1, 1, { period: 'cal-2025-Q1' })), ['/items/0/unit unit_not_valid'])
    t.same(await faults(progress('H44', 1, 1), progress('H56', 1, 2)), ['/items/1/unit several_provinces'])
    t.same(await faults(progress('H44', 1, 1, { criterion: 'DOSSIER_SYNC', inputs: { reported: 'x' } })), ['/items/0/inputs/reported invalid_type'])
    const answer = (value: unknown) => ({ unit: 'H44.100', period: Q3, criterion: 'PLAN_ISSUED', source: 'one-stop', inputs: { answer: value } })
    t.same(await faults(answer('maybe')), ['/items/0/inputs/answer not_a_choice'])
    t.same(await faults(answer(1)), ['/items/0/inputs/answer not_a_choice'])
  })

  t.test('count a part of a whole, and have the points that some version of the formula has', async t => {
    const send = async (item: object) => (await post('/v1/evaluation-inputs?dry_run=true', { items: [item] })).body
    const faults = async (item: object) => (await send(item)).errors
      .map(({ pointer, code }: Record<string, string>) => `${pointer} ${code}`)
    const given = (criterion: string, points: number) => ({ unit: 'H44.104', period: Q3, criterion, source: 'one-stop', points })
    t.same(await faults(progress('H44.104', 9, 8)), ['/items/0/numerator out_of_range'])
    t.match(await send(progress('H44.104', 8, 8)), { created: 1 })
    const most = { PROGRESS_ON_TIME: 20, PAYMENT_PROCEDURES_USED: 2.5, PLAN_ISSUED: 2, DIGITISATION: 22, total: 100 }
    for (const [criterion, points] of Object.entries(most)) {
      t.match(await send(given(criterion, points)), { created: 1 }, criterion)
      t.same(await faults(given(criterion, points + 0.01)), ['/items/0/points out_of_range'], criterion)
    }
    t.match(await send(given('ONLINE_SERVICES_USED', 1000)), { created: 1 }, 'no version says how many points it has at most')
  })

  t.test('whose type a version of the formula changes later are unknown, and not what they were', async t => {
    const turned = (input: object, points: object) => ({
      ...CHOICES, code: 'turned', scheme: 'turned',
      groups: [{
        code: 'TURNED', name: 'Việc', maximum: 5,
        criteria: [{
          code: 'TURNED_DONE', name: 'Việc', maximum: 5, levels: null, inputs: [{ name: 'done', meaning: 'Việc', ...input }], rate: null,
          rate_status: 'rule', points, points_status: 'rule', note: null
        }]
      }]
    })
    const number = turned({ type: 'number', measure: 'points', choices: null }, { op: 'input', name: 'done' })
    const choice = turned({ type: 'choice', measure: null, choices: ['2', '3'] }, { op: 'choice', name: 'done', points: { 2: 2, 3: 3 } })
    const done = (value: number | string) => ({ unit: 'H44', period: Q3, criterion: 'TURNED_DONE', source: 'one-stop', inputs: { done: value } })
    const points = async () => (await get(`/v1/evaluation?period=${Q3}&unit=H44&formula=turned&kind=criterion`)).body.items
    await post('/v1/evaluation-formulas', { items: [choice] })
    t.match((await post('/v1/evaluation-inputs', { items: [done(2)] })).body.errors, [{ code: 'not_a_choice' }], 'a number is no coded answer')
    await givenInputs(service, done('2'))
    t.match(await points(), [{ points: 2 }])
    await post('/v1/evaluation-formulas', { items: [number] })
    t.match(await points(), [{ points: null, unknown: 'unknown_input' }])
    await givenInputs(service, done(2))
    t.match(await points(), [{ points: 2 }])
    await post('/v1/evaluation-formulas', { items: [choice] })
    t.match(await points(), [{ points: null, unknown: 'unknown_choice' }])
  })

  t.test('that are coded answers have their points', async t => {
    const answered = (unit: string, answer: string) => ({ unit, period: Q3, criterion: 'PLAN_ISSUED', source: 'one-stop', inputs: { answer } })
    await givenInputs(service, answered('H44.100', 'late'), answered('H44.104', 'in-time'), answered('H44.01', 'in-time'))
    await givenInputs(service, { unit: 'H44.100', period: Q3, criterion: 'PLAN_DONE', source: 'one-stop', numerator: 1 })
    t.match((await get(`/v1/evaluation?period=${Q3}&unit=H44.100&formula=own&criterion=PLAN_DONE`)).body.items, [
      { points: null, unknown: 'unknown_input', unknown_detail: 'a count is missing: denominator', rate_percent: null }
    ])
    await givenInputs(service, { unit: 'H44.104', period: Q3, criterion: 'PLAN_DONE', source: 'one-stop', numerator: 2, denominator: 3 })
    t.match((await get(`/v1/evaluation?period=${Q3}&unit=H44.104&formula=own&criterion=PLAN_DONE`)).body.items, [{ points: 3 }],
      'what the formula comes to beyond the maximum does not count')
    const { items } = (await get(`/v1/evaluation?period=${Q3}&unit=H44&children=true&formula=own&criterion=PLAN_ISSUED&sort=unit`)).body
    t.same(items.map(({ unit, points, unknown, dossiers }: Record<string, unknown>) => (
      [unit, points, unknown, dossiers])), [
      ['H44', null, 'not_in_scope', null], ['H44.01', null, 'not_in_scope', null], ['H44.03', null, 'not_in_scope', null],
      ['H44.07', null, 'not_in_scope', null], ['H44.100', 0.5, null, null], ['H44.104', 2, null, null],
      ['H44.108', null, 'nothing_posted', null], ['H44.13', null, 'not_in_scope', null]
    ])
  })

  t.test('of several sources count by their precedence, counts and points apart', async t => {
    await service.put('/v1/sources/portal', { name: 'Cổng', precedence: 900, synthetic: false })
    await givenInputs(service,
      progress('H44.07', 1, 2), { ...progress('H44.07', 1, 2), source: 'portal', numerator: null, denominator: null, points: 11 })
    t.match((await get(`/v1/evaluation?period=${Q3}&unit=H44.07&criterion=PROGRESS_ON_TIME`)).body.items, [
      { points: 10, imported_points: 11, difference: -1, sources: ['one-stop', 'portal'] }
    ])
    await givenInputs(service, { ...progress('H44.07', 3, 4), source: 'portal' })
    t.match((await get(`/v1/evaluation?period=${Q3}&unit=H44.07&criterion=PROGRESS_ON_TIME`)).body.items, [
      { points: 15, imported_points: null, sources: ['portal'] }
    ])
  })

  t.test('are those of the units that a key reaches, for its own source', async t => {
    const { headers } = await givenClient(service, 'of-viet-tri', { scopes: ['read', 'write:statistics'], unit: 'H44.100', source: 'one-stop' })
    const { source: _, ...own } = progress('H44.100', 5, 6)
    t.match(await post('/v1/evaluation-inputs', { items: [progress('H44.104', 1, 1)] }, headers), { status: 403, body: { code: 'forbidden_rows' } })
    t.match(await post('/v1/evaluation-inputs', { items: [{ ...own, source: 'gso' }] }, headers), { status: 403 })
    t.match(await post('/v1/evaluation-inputs', { items: [own] }, headers), { status: 200, body: { created: 1 } })
    t.same((await get('/v1/evaluation-inputs?criterion=PROGRESS_ON_TIME', headers)).body.items.map(({ unit }: { unit: string }) => unit), ['H44.100'])
    t.equal((await get('/v1/evaluation-inputs?unit=H44', headers)).status, 400)
  })
})
