import { givenClient } from '../../../client.ts'
import { forEachDatabase } from '../../../database.ts'
import { forgetReports, item, send } from '../../../dossiers/given.ts'
import type { DossierItem } from '../../../../src/dossiers/schema.ts'

const at = (text: string) => `2021-${text.replace(' ', 'T')}+07:00`
const open = (code: string, others: Partial<DossierItem> = {}) => item({
  code, received_at: at('05-31 08:00:00'), due_at: at('06-10 17:00:00'), updated_at: at('06-15 09:00:00'), ...others
})
const ended = (code: string, end: string, others: Partial<DossierItem> = {}) => (
  open(code, { status: 10, finished_at: at(end), updated_at: at(end), ...others }))
const asked = (requested: string, completed: string | null = null) => ({
  requested_at: at(requested), completed_at: completed === null ? null : at(completed), old_due_at: null,
  new_due_at: null
})

const JUNE = 'from=2021-06-01&to=2021-06-30'
interface Row {
  reason: string
  numerator_change: number
  denominator_change: number
  dossiers: number
  dossiers_url: string
}

forEachDatabase('why two figures differ, by reason', async (t, { db, get, put, post }) => {
  await send(db, [
    ended('in-time', '06-09 09:00:00'), ended('late', '06-20 09:00:00'), ended('that-evening', '06-10 18:00:00'),
    open('on-its-last-day', { due_at: at('06-30 17:00:00') }),
    open('one-request', { due_at: at('06-03 17:00:00'), status: 5, supplements: [asked('06-04 09:00:00')] }),
    open('two-requests', { status: 5, supplements: [asked('06-02 09:00:00', '06-03 09:00:00'), asked('06-08 09:00:00')] }),
    ended('withdrawn', '06-20 09:00:00', { status: 7 }), ended('stopped', '06-20 09:00:00', { status: 8 }),
    open('unpaid', { status: 6 }), open('no-due-date', { due_at: null, unit: 'H56-381' }),
    open('refused', { status: 3, refused_at: at('06-08 09:00:00'), refused_after_acceptance: true })
  ])
  const difference = async (query: string) => (await get(`/v1/on-time/difference?${query}`)).body
  const changes = async (query: string) => (await difference(query)).items
    .filter((row: Row) => row.numerator_change !== 0 || row.denominator_change !== 0)
    .map((row: Row) => `${row.reason} ${row.numerator_change}/${row.denominator_change}`)
  const listed = async (row: Row) => (await get(row.dossiers_url)).body.items

  t.test('is said for each choice in which the portal and this service differ, and each has its list', async t => {
    const query = `rules=default,portal-766&method=handled&${JUNE}`
    const { items } = await difference(query)
    type Named = Row & Record<string, string>
    t.same(items.map(({ reason, choice_before, choice_after, numerator_change, denominator_change }: Named) => (
      [reason, choice_before, choice_after, numerator_change, denominator_change])), [
      ['due_until', 'due_instant', 'due_instant', 0, 0], ['open_on_due_day', 'overdue', 'in_time', 1, 0],
      ['open_supplement', 'in_time', 'request_is_end', -1, 0], ['repeated_request', 'as_one', 'overdue', -1, 0],
      ['withdrawn', 'by_end', 'by_end', 0, 0], ['stopped', 'ended', 'ended', 0, 0],
      ['financial_obligation', 'open', 'open', 0, 0], ['no_due_date', 'in_time', 'procedure_term', -1, 0],
      ['refused_after_acceptance', 'not_counted', 'ended', 1, 1], ['total', null, null, -1, 1]
    ])
    t.match(items[1], {
      meaning: /ngày hẹn trả/, numerator_before: 4, denominator_before: 10, on_time_percent_before: 40,
      numerator_after: 5,
      on_time_percent_after: 50, percent_change: 10, dossiers: 1, became_in_time: 1, became_late: 0, became_counted: 0,
      no_longer_counted: 0, units: null, rules: 'default', rules_version: 1, other_rules: 'portal-766', against: 'rules',
      method: 'handled', estimated: false, provisional: false
    })
    t.match(items.at(-1), {
      numerator_before: 4, numerator_after: 3, denominator_after: 11, on_time_percent_after: 27.27,
      percent_change: -12.73,
      dossiers: null, dossiers_url: null
    })
    const lists = await Promise.all(items.slice(0, -1).map(listed))
    t.same(lists.map(list => list.map(({ code }: { code: string }) => code)), [
      [], ['on-its-last-day'], ['one-request'], ['two-requests'], [], [], [], ['no-due-date'], ['refused']
    ])
    t.match(lists[2], [{
      unit: 'H56-380', procedure: '1.001612', field: /\S/, channel: 'direct', source: 'one-stop', status: 5,
      received_at: at('05-31 08:00:00.000'), due_at: at('06-03 17:00:00.000'), counts_before: 'in_time', ended_at_before: null,
      counted_on_before: '2021-06-30', counts_after: 'late', ended_at_after: at('06-04 09:00:00.000'),
      due_at_after: at('06-03 17:00:00.000'), counted_on_after: '2021-06-04', numerator_change: -1, denominator_change: 0
    }])
    t.match(lists[8], [{ counts_before: 'not_counted', counted_on_before: null, due_at_before: null, counts_after: 'in_time', denominator_change: 1 }])
    t.match((await get(`/v1/on-time/difference?${query}&format=csv`)).text, /\r?\nrefused_after_acceptance,/)
  })

  t.test('is said the other way round, and for the software of provinces', async t => {
    t.same(await changes(`rules=portal-766,default&method=handled&${JUNE}`), [
      'open_on_due_day -1/0', 'open_supplement 1/0', 'repeated_request 1/0', 'no_due_date 1/0',
      'refused_after_acceptance -1/-1', 'total 1/-1'
    ])
    t.same(await changes(`rules=default,local-06a&${JUNE}`), [
      'due_until 1/0', 'withdrawn 1/0', 'stopped 0/-1', 'total 2/-1'
    ])
    t.same(await changes(`rules=default,local-06a&method=handled&${JUNE}`), [
      'due_until 1/0', 'open_on_due_day 1/0', 'withdrawn 1/0', 'stopped 1/0', 'financial_obligation 1/0', 'total 5/0'
    ])
    t.same(await changes(`rules=default,default&${JUNE}`), [])
    t.same(await changes(`rules=default,portal-766&method=handled&unit=H56-381&${JUNE}`), ['no_due_date -1/0', 'total -1/0'])
  })

  t.test('is said between records and a figure that others published', async t => {
    const published = 'published_numerator=2&published_denominator=12'
    t.same(await changes(`rules=default&${published}&method=handled&${JUNE}`), ['unexplained -2/2', 'total -2/2'])
    const { items } = await difference(`rules=default,portal-766&${published}&method=handled&${JUNE}`)
    t.match(items.at(-2), { reason: 'unexplained', numerator_before: 3, numerator_after: 2, denominator_change: 1, against: 'published', dossiers_url: null })
    t.notMatch(items[0].dossiers_url, /published/)
    t.match((await difference(`rules=default&published_numerator=0&published_denominator=0&${JUNE}`)).items.slice(3), [
      { reason: 'unexplained', on_time_percent_after: null, percent_change: null }, {}
    ])
  })

  t.test('is said between records and reports, with the units that lack either', async t => {
    await forgetReports(db)
    const report = (unit: string, inTime: number, overdue: number, others: object = {}) => ({
      source: 'a', period: 'cal-2021-M06', unit, received_online: 0, received_direct: inTime + overdue, carried_over: 0, resolved_early: 0,
      resolved_on_time: inTime, resolved_overdue: overdue, pending_in_time: 0, pending_overdue: 0, ...others
    })
    const period = 'period=cal-2021-M06'
    t.match((await difference(`rules=default&against=reported&unit=H56-382&${period}`)).items, [
      { numerator_before: 0, numerator_after: 0, units: 0 }, { units: 0, dossiers: 0 },
      { reason: 'inherited', dossiers: 0, numerator_before: 0, numerator_after: null, denominator_after: 0 },
      { numerator_before: null, numerator_after: null, numerator_change: null }, {},
      { reason: 'unexplained', numerator_before: null, numerator_after: null, numerator_change: null },
      { reason: 'total', numerator_before: 0, on_time_percent_after: null }
    ])
    const sent = await post('/v1/dossier-statistics', { items: [
      report('H56-380', 5, 1), report('H56-382', 7, 2), report('H56-386', 7, 2, { scope: 'total' }),
      { source: 'a', period: 'cal-2021-M06', unit: 'H56-384', received_online: 3 }
    ] })
    t.equal(sent.body.created, 4, JSON.stringify(sent.body))
    const { items } = await difference(`rules=default&against=reported&method=handled&level=district&${period}`)
    t.match(items.map((row: Row) => row.reason), [
      'units_without_records', 'units_without_reports', 'inherited', 'waiting', 'sync', 'unexplained', 'total'
    ])
    t.match(items[0], {
      numerator_change: 7, denominator_change: 9, units: 1, against: 'reported', other_rules: null, dossiers: null, dossiers_url: null
    })
    t.match(items[1], {
      numerator_change: -1, denominator_change: -1, units: 1, dossiers: 1, no_longer_counted: 1, became_counted: 0,
      became_late: 0
    })
    t.match(await listed(items[1]), [{
      code: 'no-due-date', unit: 'H56-381', counts_before: 'in_time', counts_after: 'not_counted', counted_on_after: null,
      numerator_change: -1, denominator_change: -1
    }])
    const both = await changes(`rules=default,local-06a&against=reported&method=handled&unit=H56-382&${period}`)
    t.same(both, ['units_without_records 7/9', 'total 7/9'])
    t.same(await changes(`rules=default&against=reported&method=handled&unit=H56-380&${period}`), ['unexplained 2/-3', 'total 2/-3'])
    t.same(await changes(`rules=default&against=reported&unit=H56-386&${period}`), ['unexplained 7/9', 'total 7/9'])
  })

  t.test('is asked for two figures, of days that have begun', async t => {
    const issues = async (query: string) => (
      (await difference(query)).errors.map(({ pointer, code }: Record<string, string>) => `${pointer} ${code}`))
    t.same(await issues(`rules=default&${JUNE}`), ['/query/rules missing'])
    t.same(await issues(`rules=default&published_numerator=1&${JUNE}`), ['/query/published_denominator missing'])
    t.same(await issues(`rules=default&published_numerator=2&published_denominator=1&${JUNE}`), ['/query/published_numerator out_of_range'])
    t.same(await issues('rules=default&published_numerator=1&published_denominator=1&against=reported&period=cal-2021-M06'), ['/query/against not_allowed'])
    t.same(await issues(`rules=default&against=reported&${JUNE}`), ['/query/from needs_records', '/query/to needs_records'])
    t.same(await issues(`rules=default,none&${JUNE}`), ['/query/rules unknown_rules'])
    t.same((await difference('rules=default,local-06a&period=2050')).items, [])
    const list = 'rules=default,local-06a&reason=stopped'
    t.same((await get(`/v1/on-time/difference/dossiers?${list}&period=2050`)).body.items, [])
    const { headers } = await givenClient({ put, post }, 'of-381', { scopes: ['read'], unit: 'H56-381' })
    t.same((await get(`/v1/on-time/difference/dossiers?${list}&${JUNE}`, headers)).body.items, [])
  })
})
