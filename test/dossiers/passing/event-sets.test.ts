import { sql } from 'kysely'
import type { DossierItem } from '../../../src/dossiers/schema.ts'
import { rebuildRollups } from '../../../src/dossiers/rollups/rebuild.ts'
import { givenClient } from '../../client.ts'
import { forEachDatabase, type Service } from '../../database.ts'
import { forgetReports, formerStates, item, send } from '../given.ts'

const DOCUMENT = { number: '1/NQ', date: '2021-06-01', issuer: 'Quốc hội' }
const [OLD, OTHER, WARD] = ['H56-14755', 'H56-14758', 'H56-99001']
const NEW = { code: WARD, name: 'Phường Mới', kind: 'ward', level: 'commune', parent: 'H56-380', reports_dossiers: true }
const MERGE = { effective_on: '2021-06-15', document: DOCUMENT, events: [{ type: 'merge', units: [OLD, OTHER], into: NEW }] }

const received = { unit: OLD, procedure: '1.001193', due_at: '2021-07-10T17:00:00+07:00', received_at: '2021-05-03T08:00:00+07:00' }
const at = (day: string) => ({ updated_at: `2021-${day}T09:00:00+07:00` })
const ended = (day: string) => ({ status: 10, finished_at: `2021-${day}T09:00:00+07:00`, ...at(day) })
const version = (code: string, given: Partial<DossierItem>) => item({ ...received, code, ...at('05-03'), ...given })

type Row = Record<string, number | string | null>

async function rowsOf ({ get }: Service, period: string, groupBy = 'unit'): Promise<Record<string, Row>> {
  const { items } = (await get(`/v1/on-time?basis=records&period=${period}&group_by=${groupBy}`)).body
  return Object.fromEntries(items.filter(({ received }: Row) => received !== 0).map((row: Row) => [row[groupBy], row]))
}

forEachDatabase('a commune that is merged on 15 June', async (t, service) => {
  const { db, get, post } = service
  await forgetReports(db)
  await send(db, [
    version('ended', ended('06-10')), version('open', {}), version('late', { ...ended('07-20') }),
    version('other', { unit: OTHER }), version('refused', { status: 3 })
  ])
  const half = await rowsOf(service, '2021-H1')

  t.test('passes what is open that day, which a dry run tells', async t => {
    t.match((await post('/v1/unit-changes?dry_run=true', MERGE)).body, { id: null, dossiers_passed: 3 })
    t.match(await rowsOf(service, '2021-Q3'), { [OLD]: { carried_over: 2 }, [OTHER]: { carried_over: 1 } })
    t.match((await post('/v1/unit-changes', MERGE)).body, { created: 1, ended: 2, dossiers_passed: 3 })
    t.same(await rebuildRollups(db), [])
  })

  t.test('keeps its figures of before', async t => {
    t.same(await rowsOf(service, '2021-H1'), half)
    t.match(half[OLD], { received_direct: 3, resolved: 1, pending: 2, transferred_out: 0 })
  })

  t.test('has no row afterwards: its successor carries over what it had pending', async t => {
    const rows = await rowsOf(service, '2021-Q3')
    t.same(Object.keys(rows), [WARD])
    t.match(rows[WARD], { carried_over: 3, transferred_in: 3, resolved: 1, pending: 2, units_expected: 1 })
    t.match(await rowsOf(service, '2021-Q3', 'level'), { commune: { carried_over: 3, transferred_in: 0, pending: 2 } })
    t.match(await rowsOf(service, '2021', 'unit'), {
      [OLD]: { received_direct: 3, resolved: 1, pending: 2, transferred_out: 2 },
      [OTHER]: { received_direct: 1, pending: 1, transferred_out: 1 },
      [WARD]: { carried_over: 3, transferred_in: 3, resolved: 1, pending: 2, transferred_out: 0 }
    })
  })

  t.test('has a row for what had ended before and falls due later', async t => {
    const { items } = (await get('/v1/on-time?basis=records&period=2021-Q3&group_by=unit&method=due')).body
    const due = Object.fromEntries(items.map((row: Row) => [row['unit'], row['denominator']]).filter(([, due]: [string, number]) => due > 0))
    t.same(due, { [OLD]: 1, [WARD]: 3 })
    t.match((await get('/v1/on-time?basis=records&period=2021-Q3&method=due')).body, { items: [{ denominator: 4 }] })
  })

  t.test('is answered in the series and the form without a row after its end', async t => {
    const { body: { items } } = await get(`/v1/units/${OLD}@2021-06-14/on-time-series?basis=records&from=2021-06&to=2021-08`)
    t.match(items.filter(({ received }: Row) => received !== null && received !== 0), [{ pending: 2 }])
    const { sections } = (await get('/v1/forms/ii-06a/H56/2021-Q3?basis=records')).body
    const rows = sections.flatMap((section: { rows: Row[] }) => section.rows).filter(({ received }: Row) => received)
    t.match(rows, [{ unit: WARD, received: 3, transferred_in: 3 }])
    t.equal(rows.length, 1)
  })

  t.test('may still be named for what it had, as may its successor', async t => {
    const again = await post('/v1/dossiers?source=one-stop', { items: [version('open', {}), version('late', ended('07-20'))] })
    t.match(again.body, { unchanged: 2 })
    const { body } = await post('/v1/dossiers?source=one-stop', {
      items: [version('open', ended('07-05')), version('other', { unit: `${OTHER}@2021-06-14`, ...ended('07-06') })]
    })
    t.match(body, { updated: 2 })
    t.match(await rowsOf(service, '2021-Q3'), { [WARD]: { carried_over: 3, transferred_in: 3, resolved: 3, pending: 0 } })
    const sibling = { unit: OLD, ...ended('07-06'), ...at('07-07') }
    t.match((await post('/v1/dossiers?source=one-stop', { items: [version('other', sibling)] })).body, { updated: 1 })
    t.match(await rowsOf(service, '2021-H1'), { [OTHER]: { received_direct: 1, pending: 1 } }, 'as may the other that became it')
    const fresh = await post('/v1/dossiers?source=one-stop', { items: [version('first seen later', { unit: OTHER, ...at('08-01') })] })
    t.match(fresh.body, { created: 1 })
    t.match((await get('/v1/dossiers/first%20seen%20later')).body, { unit: WARD })
    t.match(await rowsOf(service, '2021-H1'), { [OTHER]: { received_direct: 2, pending: 2 } })
    t.same(await rebuildRollups(db), [])
  })

  t.test('keeps what turns out to have ended before', async t => {
    await post('/v1/dossiers?source=one-stop', { items: [version('first seen later', { unit: OTHER, ...ended('06-12'), ...at('08-02') })] })
    t.match((await get('/v1/dossiers/first%20seen%20later')).body, { unit: OTHER })
    t.match(await rowsOf(service, '2021-H1'), { [OTHER]: { received_direct: 2, resolved: 1, pending: 1 } })
    t.match(await rowsOf(service, '2021-Q3'), { [WARD]: { carried_over: 3 } })
    t.same(await rebuildRollups(db), [])
  })

  t.test('lists what it passed among the dossiers of its successor', async t => {
    const { body: { items } } = await get(`/v1/on-time/explain/dossiers?period=2021-Q3&unit=${WARD}`)
    t.same(items.map(({ code, unit }: Row) => [code, unit]), [['late', WARD], ['open', WARD], ['other', WARD]])
  })

  t.test('has everything back when the change is withdrawn', async t => {
    const { body: { items: [{ id }] } } = await get('/v1/unit-changes')
    const withdrawn = await service.delete(`/v1/unit-changes/${id}`, { 'x-reason': 'withdrawn' })
    t.match(withdrawn, { status: 200, body: { dossiers_passed: 3 } }, withdrawn.text)
    t.match(await rowsOf(service, '2021-Q3'), { [OLD]: { carried_over: 2, resolved: 2 }, [OTHER]: { carried_over: 1, resolved: 1 } })
    t.same(await rebuildRollups(db), [])
  })
})

forEachDatabase('a dossier that came under the name of a commune after its end', async (t, { db, get, post, delete: withdraw }) => {
  await forgetReports(db)
  await send(db, [version('moved', { unit: 'H56-SNV' }), version('moved', at('07-02'))])
  await post('/v1/unit-changes', MERGE)
  const next = { ...MERGE, effective_on: '2021-08-01', events: [{ type: 'merge', units: [WARD], into: 'H56-14761' }] }
  const { body: { id } } = await post('/v1/unit-changes', next)
  const unitNow = async () => (await get('/v1/dossiers/moved')).body.unit

  t.test('goes on with each change that follows, and back with each that is withdrawn', async t => {
    t.equal(await unitNow(), 'H56-14761')
    t.match((await post('/v1/dossiers?source=one-stop', { items: [version('moved', at('07-02'))] })).body, { unchanged: 1 })
    t.match(await withdraw(`/v1/unit-changes/${id}`, { 'x-reason': 'withdrawn' }), { status: 200, body: { dossiers_passed: 1 } })
    t.equal(await unitNow(), WARD)
    t.match(await withdraw(`/v1/unit-changes/${id - 1}`, { 'x-reason': 'withdrawn' }), { status: 200, body: { dossiers_passed: 1 } })
    t.equal(await unitNow(), OLD)
    t.same(await rebuildRollups(db), [])
  })
})

forEachDatabase('a commune that goes into another that goes on', async (t, service) => {
  const { db, get, post } = service
  await forgetReports(db)
  const [versions, late] = [version('a', {}), version('a', { unit: OTHER, due_at: '2021-12-01T17:00:00+07:00', ...at('08-01') })]
  await send(db, [versions])
  const into = { ...MERGE, events: [{ type: 'merge', units: [OLD], into: OTHER }] }
  const { body: { id } } = await post('/v1/unit-changes', into)

  t.test('passes on from that day, and keeps what was known before its source names the other', async t => {
    t.match((await post('/v1/dossiers?source=one-stop', { items: [late] })).body, { updated: 1 })
    t.match((await post('/v1/dossiers?source=one-stop', { items: [late] })).body, { unchanged: 1 })
    t.match(await rowsOf(service, '2021-Q3'), { [OTHER]: { carried_over: 1, transferred_in: 1, pending_overdue: 0 } })
    t.match(await formerStates(db), [{ unit: OLD, held_until: '2021-06-15', said_until: '2021-08-01', due_at: /^2021-07-10/ }])
  })

  t.test('has not passed it on when the change is withdrawn, and its source has', async t => {
    t.match((await service.delete(`/v1/unit-changes/${id}`, { 'x-reason': 'withdrawn' })).body, { dossiers_passed: 1 })
    t.match(await formerStates(db), [{ unit: OLD, held_until: '2021-08-01', said_until: null, passed: false }])
    t.match((await get('/v1/dossiers/a')).body, { unit: OTHER })
    t.match((await post('/v1/dossiers?source=one-stop', { items: [late] })).body, { unchanged: 1 })
    t.same(await rebuildRollups(db), [])
  })

  t.test('has never had what a correction says was always with the other', async t => {
    await post('/v1/unit-changes', into)
    const corrected = { ...late, correction: true, ...at('08-02') }
    t.match((await post('/v1/dossiers?source=one-stop', { items: [corrected] })).body, { updated: 1 })
    t.match(await rowsOf(service, '2021-H1'), { [OTHER]: { received_direct: 1, pending: 1 } })
    t.same(await formerStates(db), [])
  })
})

forEachDatabase('a dossier of before a merger that comes under the code of the new commune', async (t, service) => {
  const { db, get, post } = service
  await forgetReports(db)
  await send(db, [version('of one', {}), version('of the other', { unit: OTHER })])
  await post('/v1/unit-changes', MERGE)
  const sendNew = (code: string, given: Partial<DossierItem>) => (
    post('/v1/dossiers?source=one-stop', { items: [version(code, { unit: WARD, ...given })] }))
  const REFUSED = { status: 422, body: { errors: [{ pointer: '/items/0/unit', predecessors: [OLD, OTHER] }] } }

  t.test('goes on from the commune that is known to have had it', async t => {
    t.match((await sendNew('of one', {})).body, { unchanged: 1 })
    t.match((await sendNew('of the other', ended('07-05'))).body, { updated: 1 })
    t.match(await rowsOf(service, '2021-H1'), {
      [OLD]: { received_direct: 1, pending: 1 }, [OTHER]: { received_direct: 1, pending: 1 }
    })
    t.match(await rowsOf(service, '2021-Q3'), { [WARD]: { carried_over: 2, transferred_in: 2, resolved: 1, pending: 1 } })
  })

  t.test('goes on from the commune that another version beside it names', async t => {
    const items = [version('of both', { unit: OTHER }), version('of both', { unit: WARD, ...at('07-02') })]
    t.match((await post('/v1/dossiers?source=one-stop', { items })).body, { created: 1 })
    t.match(await rowsOf(service, '2021-H1'), { [OTHER]: { received_direct: 2 } })
  })

  t.test('comes back in the field that it had, wherever it was', async t => {
    await send(db, [version('in another field', {})])
    await sql`update procedures set field = 'justice' where code = '1.001193'`.execute(db)
    const items = [{ deleted: true, ...at('08-01') }, { deleted: false, ...at('08-02') }]
    for (const one of items) await send(db, [version('in another field', one)])
    await sql`update procedures set field = 'civil-status' where code = '1.001193'`.execute(db)
    t.same((await formerStates(db)).filter(({ code }) => code === 'in another field').map(({ field }) => field), ['civil-status'])
    t.match((await get('/v1/dossiers?field=civil-status')).body.items.filter(({ code }: { code: string }) => code === 'in another field'), { length: 1 })
    t.same(await rebuildRollups(db), [])
    await send(db, [version('in another field', { deleted: true, ...at('08-03') })])
  })

  t.test('must name one of them where nothing tells', async t => {
    t.match(await sendNew('of nobody', at('07-01')), REFUSED)
    const items = [version('of both before', {}), version('of both before', { unit: OTHER, ...at('05-05') }), version('of both before', { unit: WARD, ...at('07-01') })]
    t.match(await post('/v1/dossiers?source=one-stop', { items }), { status: 422, body: { errors: [{ pointer: '/items/2/unit' }] } })
    await sendNew('of one', { deleted: true, ...at('07-01') })
    t.match(await sendNew('of one', { deleted: false, ...at('07-02') }), REFUSED)
  })

  t.test('comes back to the new commune from where it has moved meanwhile, and was not always there', async t => {
    await sendNew('of both', { unit: 'H56-SNV', ...at('07-10') })
    t.match(await sendNew('of both', { correction: true, ...at('07-20') }), REFUSED)
    t.match((await sendNew('of both', at('07-20'))).body, { updated: 1 })
    t.match((await get('/v1/dossiers/of%20both')).body, { unit: WARD })
    t.match(await rowsOf(service, '2021-H1'), { [OTHER]: { received_direct: 2 } })
    t.same(await rebuildRollups(db), [])
  })
})

forEachDatabase('a commune that is abolished without a successor', async (t, service) => {
  const { db, post } = service
  await forgetReports(db)
  await send(db, [version('left behind', {})])
  await post('/v1/unit-changes', { ...MERGE, events: [{ type: 'abolish', unit: OLD }] })
  t.match(await rowsOf(service, '2021-Q3'), { [OLD]: { carried_over: 1, pending: 1, transferred_out: 0, units_expected: 0 } })
  await send(db, [version('left behind', { unit: 'H56-SNV', ...at('08-05') })])
  t.match(await rowsOf(service, '2021-Q3'), {
    [OLD]: { carried_over: 1, pending: 1, transferred_out: 1 }, 'H56-SNV': { transferred_in: 1, pending: 1 }
  })
  t.same((await rowsOf(service, '2021-Q4'))[OLD], undefined)
})

forEachDatabase('a commune that is split by shares on 15 June', async (t, service) => {
  const { db, get, post } = service
  await forgetReports(db)
  const [first, second] = ['H56-99002', 'H56-99003']
  await send(db, [version('known', {}), version('done', ended('06-10'))])
  const into = [{ unit: { ...NEW, code: first }, share: 0.5 }, { unit: { ...NEW, code: second, parent: 'H56-381' }, share: 0.5 }]
  t.match((await post('/v1/unit-changes', { ...MERGE, events: [{ type: 'split', unit: OLD, into }] })).body, { dossiers_passed: 0 })
  const sendOne = async (code: string, given: Partial<DossierItem>) => (
    (await post('/v1/dossiers?source=one-stop', { items: [version(code, { ...at('07-05'), ...given })] })).body)

  t.test('gives a dossier to the part that its source names, from then on', async t => {
    t.match(await sendOne('known', { unit: first }), { updated: 1 })
    t.match(await sendOne('known', { unit: first }), { unchanged: 1 })
    t.match(await sendOne('done', { unit: first, ...ended('06-10'), ...at('07-06') }), { updated: 1 })
    t.match(await rowsOf(service, '2021-Q3'), {
      [OLD]: { carried_over: 1, transferred_out: 1 }, [first]: { carried_over: 1, transferred_in: 1, pending: 1 }
    })
    t.match((await get('/v1/dossiers/done')).body, { unit: OLD }, 'what has ended stays')
  })

  t.test('had what is known since, and its part from its first day on', async t => {
    t.match(await sendOne('new', { unit: second }), { created: 1 })
    t.match(await sendOne('new', { unit: second }), { unchanged: 1 })
    t.match(await sendOne('new', { unit: second, correction: true }), { unchanged: 1 })
    t.match(await rowsOf(service, '2021-H1'), { [OLD]: { received_direct: 3, pending: 2 } })
    t.match((await formerStates(db)).filter(({ code }) => code === 'new'), [{ unit: OLD, held_until: '2021-06-15', passed: false }])
    t.match(await sendOne('new', { unit: second, ...ended('07-20') }), { updated: 1 })
    t.match(await rowsOf(service, '2021-Q3'), { [second]: { transferred_in: 1, resolved: 1, pending: 0 } })
    t.same(await rebuildRollups(db), [])
  })

  t.test('explains the figures of today\'s parts by shares that add up to them', async t => {
    for (const unit of [first, second]) {
      for (const method of ['received', 'handled', 'resolved', 'due']) {
        const question = `basis=records&period=2021&unit=${unit}&hierarchy=current&method=${method}`
        const { body: { denominator } } = await get(`/v1/on-time/explain?${question}`)
        const { body: { items } } = await get(`/v1/on-time/explain/dossiers?${question.replace('basis=records&', '')}`)
        t.equal(items.reduce((sum: number, { share }: { share: number }) => sum + share, 0), denominator ?? 0, `${unit} ${method}`)
      }
    }
  })

  t.test('gives it to another part that the source names later', async t => {
    t.match(await sendOne('known', { unit: second, ...at('07-09') }), { updated: 1 })
    t.match((await get('/v1/dossiers/known')).body, { unit: second })
  })

  t.test('gives none to a part that the sender does not reach', async t => {
    const { headers } = await givenClient(service, 'first', { scopes: ['write:dossiers'], source: 'one-stop', unit: 'H56-380' })
    const sendAs = (unit: string) => post('/v1/dossiers?source=one-stop', { items: [version('of the first', { unit, ...at('07-05') })] }, headers)
    t.match(await sendAs(second), { status: 403, body: { errors: [{ pointer: '/items/0/unit', code: 'forbidden_unit' }] } })
    t.match(await sendAs(first), { status: 200, body: { created: 1 } })
  })
})

forEachDatabase('a commune that is split on 15 June', async (t, service) => {
  const { db, get, post } = service
  await forgetReports(db)
  const units = ['H56-99002', 'H56-99003'].map(code => ({ ...NEW, code }))
  await send(db, [version('by-procedure', {}), version('by-códe', { procedure: '1.001612' }), version('by-none', { procedure: '1.000894' })])
  // A code is the same however it is spelt.
  const into = [{ unit: units[0], procedures: ['1.001193'] }, { unit: units[1], dossiers: [' by-códe '.normalize('NFD')] }]
  t.match((await post('/v1/unit-changes', { ...MERGE, events: [{ type: 'split', unit: OLD, into }] })).body, { dossiers_passed: 2 })

  t.test('passes what is assigned, and what nobody gets stays pending', async t => {
    t.match(await rowsOf(service, '2021-Q3'), {
      'H56-99002': { transferred_in: 1 }, 'H56-99003': { transferred_in: 1 }, [OLD]: { carried_over: 3, transferred_out: 2, pending: 3 }
    })
  })

  t.test('gives a dossier to another part than the one that it is assigned to, if its source says so', async t => {
    const { body } = await post('/v1/dossiers?source=one-stop', { items: [version('by-procedure', { unit: 'H56-99003', ...at('07-01') })] })
    t.match(body, { updated: 1 })
    t.match(await rowsOf(service, '2021-Q3'), { 'H56-99003': { transferred_in: 2 }, [OLD]: { transferred_out: 2 } })
    await post('/v1/dossiers?source=one-stop', { items: [version('by-procedure', { unit: 'H56-99002', ...at('07-02') })] })
  })

  t.test('sends what comes to it later under its name on to the successor', async t => {
    const send = (given: Partial<DossierItem>) => post('/v1/dossiers?source=one-stop', { items: [version('back', given)] })
    await send({ unit: 'H56-SNV' })
    await send(at('07-02'))
    t.match((await get('/v1/dossiers/back')).body, { unit: 'H56-99002' })
    t.match((await send(at('07-02'))).body, { unchanged: 1 })
    await send(ended('07-05'))
    t.match(await rowsOf(service, '2021-Q3'), {
      'H56-SNV': { carried_over: 1, transferred_out: 1 }, 'H56-99002': { transferred_in: 2, resolved: 1, pending: 1 }
    })
    t.same(await rebuildRollups(db), [])
  })

  t.test('cannot come back while a dossier has moved to a successor', async t => {
    const moved = { code: 'moved', received_at: '2021-06-20T08:00:00+07:00' }
    await post('/v1/dossiers?source=one-stop', { items: [
      version('moved', { ...moved, unit: 'H56-SNV', ...at('06-20') }), version('moved', { ...moved, unit: 'H56-99002', ...at('07-01') })
    ] })
    const { body: { items: [{ id }] } } = await get('/v1/unit-changes')
    t.match(await service.delete(`/v1/unit-changes/${id}`, { 'x-reason': 'withdrawn' }), {
      status: 409, body: { code: 'change_in_use', errors: [{ code: 'unit_has_figures', detail: /^dossier .+ is stored for / }] }
    })
  })
})

forEachDatabase('a new commune from which all dossiers have moved on', async (t, { db, get, post, delete: withdraw }) => {
  await forgetReports(db)
  await post('/v1/unit-changes', MERGE)
  const received = { received_at: '2021-06-20T08:00:00+07:00' }
  await send(db, [version('moved', { unit: WARD, ...received, ...at('06-20') }), version('moved', { unit: 'H56-SNV', ...received, ...at('07-01') })])
  const { body: { items: [{ id }] } } = await get('/v1/unit-changes')
  const answer = () => withdraw(`/v1/unit-changes/${id}`, { 'x-reason': 'withdrawn' })
  const refused = {
    status: 409, body: { code: 'change_in_use', errors: [{ pointer: '/path/id', code: 'unit_has_figures', detail: `dossier moved is stored for ${WARD}` }] }
  }

  t.test('stays: its figures of before are there', async t => {
    t.match(await rowsOf({ get } as Service, '2021-Q3'), { [WARD]: { received_direct: 1, transferred_out: 1 } })
    t.match(await answer(), refused)
    await sql`delete from dossier_versions where code = 'moved'`.execute(db)
    t.match(await answer(), refused, 'whatever is left of the versions that were sent')
    t.equal((await get(`/v1/units/${WARD}`)).status, 200)
  })
})

forEachDatabase('a new commune with a desk of its own', async (t, { db, get, post, delete: withdraw }) => {
  await forgetReports(db)
  await send(db, [version('open', {})])
  await post('/v1/unit-changes', MERGE)
  const desks = async () => (await db.selectFrom('dossier_desks').select('unit').orderBy('unit').execute()).map(({ unit }) => unit)
  t.ok((await desks()).includes(WARD))
  const { body: { items: [{ id }] } } = await get('/v1/unit-changes')
  t.equal((await withdraw(`/v1/unit-changes/${id}`, { 'x-reason': 'withdrawn' })).status, 200)
  t.same(await desks(), [OLD])
})
