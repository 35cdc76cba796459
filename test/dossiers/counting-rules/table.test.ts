import type { Test } from 'tap'
import type { DossierItem } from '../../../src/dossiers/schema.ts'
import { rebuildRollups } from '../../../src/dossiers/rollups/rebuild.ts'
import { EMBEDDED } from '../../copies.ts'
import { forEachDatabase } from '../../database.ts'
import { forget, item, send } from '../given.ts'
import { PORTAL } from './given.ts'

// Each row of the table of counting rules at its boundary, by the rules that come with the service.

const at = (text: string) => `2021-${text.replace(' ', 'T')}+07:00`
const RULES = ['default', 'portal-766', 'local-06a'] as const

/** Due on 2021-06-10 at 17:00. */
const open = (others: Partial<DossierItem>) => item({
  received_at: at('05-31 08:00:00'), due_at: at('06-10 17:00:00'), updated_at: at('06-15 09:00:00'), ...others
})
const ended = (end: string, others: Partial<DossierItem> = {}) => (
  open({ status: 10, finished_at: at(end), updated_at: at(end), ...others }))
const supplement = (requested: string, completed: string | null = null, oldDue: string | null = null) => ({
  requested_at: at(requested), completed_at: completed === null ? null : at(completed),
  old_due_at: oldDue === null ? null : at(oldDue), new_due_at: null
})

const SPAN = 'from=2021-05-15&to=2021-07-14'
const UNITS = Array.from({ length: 20 }, (_, n) => `H56-${14_755 + 3 * n}`)

type Counted = 'early' | 'on time' | 'late' | 'in time' | 'overdue' | 'nowhere'

forEachDatabase('each row of the table of counting rules', async (t, { db, get, post }) => {
  /** What the dossier of a unit counts as in rows, in the list behind the figure, and in its explanation. */
  const countedAs = async (rules: string, query = SPAN): Promise<(unit: string) => Counted> => {
    const address = `basis=records&method=handled&rules=${rules}&${query}`
    const { body: { items: rows } } = await get(`/v1/on-time?${address}&group_by=unit`)
    const { body: explained } = await get(`/v1/on-time/explain?${address}`)
    const { body: { items: listed } } = await get(explained.dossiers_url)
    const sum = (name: string) => rows.reduce((total: number, row: Record<string, number>) => total + row[name]!, 0)
    if (explained.rules !== rules || explained.numerator !== sum('numerator') || listed.length !== sum('denominator')) {
      throw new Error(JSON.stringify({ rows, explained, listed }))
    }
    return unit => {
      const row = rows.find((one: { unit: string }) => one.unit === unit) ?? { rules, denominator: 0, numerator: 0 }
      const dossiers = listed.filter((one: { unit: string }) => one.unit === unit)
      const counts = {
        early: row.resolved_early, 'on time': row.resolved_on_time, late: row.resolved_overdue,
        'in time': row.pending_in_time, overdue: row.pending_overdue
      }
      const [name = 'nowhere', ...others] = Object.entries(counts).filter(([, count]) => count > 0).map(([name]) => name)
      if (others.length > 0 || row.rules !== rules || row.denominator !== dossiers.length ||
        (dossiers.length > 0 && dossiers[0].in_numerator !== (row.numerator === 1))) {
        throw new Error(JSON.stringify({ row, dossiers }))
      }
      return name as Counted
    }
  }
  type Case = [DossierItem, [Counted, Counted, Counted], string?]
  const count = async (t: Test, ...cases: Case[]) => {
    await forget(db)
    const { issues } = await send(db, cases.map(([dossier], n) => ({ ...dossier, code: `d-${n}`, unit: UNITS[n] })))
    t.same([...issues], [])
    // On a server, where it takes little.
    if (!EMBEDDED) t.same(await rebuildRollups(db), [], 'a recount finds the same')
    for (const query of new Set(cases.map(([,, query = SPAN]) => query))) {
      const byRules = await Promise.all(RULES.map(rules => countedAs(rules, query)))
      for (const [n, [dossier, expected, asked = SPAN]] of cases.entries()) {
        if (asked === query) t.same(byRules.map(of => of(UNITS[n]!)), expected, JSON.stringify([dossier, query]))
      }
    }
  }

  t.test('finished on the due day, to the second', async t => {
    await count(
      t,
      [ended('06-10 17:00:00'), ['on time', 'on time', 'on time']],
      [ended('06-10 17:00:01'), ['late', 'late', 'on time']],
      [ended('06-10 23:59:59'), ['late', 'late', 'on time']],
      [ended('06-11 00:00:00'), ['late', 'late', 'late']],
      [ended('06-09 23:59:59'), ['early', 'early', 'early']]
    )
  })

  t.test('open on its due day, and a day later', async t => {
    await count(
      t,
      [open({}), ['in time', 'in time', 'in time'], 'from=2021-06-01&to=2021-06-09'],
      [open({}), ['overdue', 'in time', 'in time'], 'from=2021-06-01&to=2021-06-10'],
      [open({}), ['overdue', 'overdue', 'overdue'], 'from=2021-06-01&to=2021-06-11'],
      [ended('06-11 08:00:00'), ['overdue', 'in time', 'in time'], 'from=2021-06-01&to=2021-06-10']
    )
  })

  t.test('one open request to supplement, a second before the due date and after it', async t => {
    const asked = (at: string, oldDue?: string) => open({ status: 5, supplements: [supplement(at, null, oldDue)] })
    await count(
      t,
      [asked('06-09 09:00:00'), ['in time', 'early', 'in time']],
      [asked('06-10 17:00:00'), ['in time', 'on time', 'in time']],
      [asked('06-10 17:00:01'), ['in time', 'late', 'in time']],
      [asked('06-10 17:00:01', '06-11 17:00:00'), ['in time', 'early', 'in time']],
      [open({ status: 5, updated_at: at('06-10 17:00:00') }), ['in time', 'on time', 'in time']],
      [open({ supplements: [supplement('06-04 09:00:00', '06-05 09:00:00')] }), ['overdue', 'overdue', 'overdue']]
    )
  })

  t.test('two requests, still open, on the day of the second and before', async t => {
    const twice = (completed: string | null) => open({
      due_at: at('07-30 17:00:00'), status: completed === null ? 5 : 4,
      supplements: [supplement('06-02 09:00:00', '06-03 09:00:00'), supplement('06-08 09:00:00', completed)]
    })
    const { supplements } = twice('06-09 09:00:00')
    await count(
      t,
      ...[null, '06-09 09:00:00'].flatMap((completed): Case[] => [
        [twice(completed), ['in time', 'overdue', 'in time']],
        [twice(completed), ['in time', 'overdue', 'in time'], 'from=2021-06-01&to=2021-06-08'],
        [twice(completed), ['in time', 'in time', 'in time'], 'from=2021-06-01&to=2021-06-07']
      ]),
      [ended('06-10 09:00:00', { supplements }), ['on time', 'on time', 'on time']],
      [open({ due_at: null, supplements }), ['in time', 'overdue', 'in time']]
    )
  })

  t.test('withdrawn at the due date, and a second after', async t => {
    await count(
      t,
      [ended('06-10 17:00:00', { status: 7 }), ['on time', 'on time', 'on time']],
      [ended('06-10 17:00:01', { status: 7 }), ['late', 'late', 'on time']],
      [ended('06-20 09:00:00', { status: 7, cancelled: true }), ['nowhere', 'nowhere', 'nowhere']]
    )
  })

  t.test('stopped, and waiting for a financial obligation', async t => {
    await count(
      t,
      [ended('06-10 17:00:00', { status: 8 }), ['on time', 'on time', 'in time']],
      [ended('06-10 17:00:01', { status: 8 }), ['late', 'late', 'in time']],
      [open({ status: 6 }), ['overdue', 'overdue', 'in time']]
    )
  })

  t.test('without a due date, within the term of its procedure and after it', async t => {
    // Monday, and three working days: until Thursday.
    const none = { due_at: null }
    const waited = { ...none, supplements: [supplement('06-01 09:00:00', '06-02 09:00:00')] }
    const [row] = (await get('/v1/procedures')).body.items.filter(({ statutory_working_days: days }: { statutory_working_days: number | null }) => days === null)
    await count(
      t,
      [ended('06-03 23:59:59', none), ['on time', 'on time', 'on time']],
      [ended('06-04 00:00:00', none), ['on time', 'late', 'on time']],
      [open(none), ['in time', 'overdue', 'in time']],
      [open(none), ['in time', 'in time', 'in time'], 'from=2021-06-01&to=2021-06-03'],
      [open(none), ['in time', 'overdue', 'in time'], 'from=2021-06-01&to=2021-06-04'],
      [ended('06-04 23:59:59', waited), ['on time', 'on time', 'on time']],
      [ended('06-05 00:00:00', waited), ['on time', 'late', 'on time']],
      [ended('07-10 09:00:00', { ...none, procedure: row.code }), ['on time', 'on time', 'on time']]
    )
  })

  t.test('without a due date, by rules that know no terms and are otherwise those of the portal', async t => {
    const { no_due_date: _, ...choices } = PORTAL
    const rules = { code: 'no-terms', valid_from: '2021-01-01', name: 'Như Cổng, không theo thời hạn', source: 'x' }
    t.match(await post('/v1/counting-rules', { items: [{ ...rules, ...choices }] }), { body: { created: 1 } })
    await count(
      t,
      [open({ due_at: null, received_at: at('03-01 08:00:00') }), ['in time', 'overdue', 'in time']],
      [ended('06-10 17:00:01'), ['late', 'late', 'on time']]
    )
    t.same(UNITS.slice(0, 2).map(await countedAs('no-terms')), ['in time', 'late'])
  })

  t.test('refused after it had been accepted, at the due date and a second after', async t => {
    const refused = (at_: string, accepted: boolean) => open({
      status: 3, refused_at: at(at_), refused_after_acceptance: accepted
    })
    await count(
      t,
      [refused('06-10 17:00:00', true), ['nowhere', 'on time', 'nowhere']],
      [refused('06-10 17:00:01', true), ['nowhere', 'late', 'nowhere']],
      [refused('06-10 17:00:00', false), ['nowhere', 'nowhere', 'nowhere']]
    )
  })

  t.test('what is listed is what the dossier says, and when it ended by the rules', async t => {
    await forget(db)
    await send(db, [open({ status: 5, supplements: [supplement('06-04 09:00:00')] })])
    const { body } = await get('/v1/on-time/explain/dossiers?rules=portal-766&from=2021-06-01&to=2021-06-30')
    t.match(body.items, [{ status: 5, due_at: at('06-10 17:00:00.000'), ended_at: at('06-04 09:00:00.000'), counted_on: '2021-06-04' }])
  })

  t.test('rules that others post count as well, and measures of details with them', async t => {
    await post('/v1/counting-rules', { items: [
      { code: 'ours', valid_from: '2021-01-01', name: 'Theo ngày', source: 'Quy chế', due_until: 'end_of_due_day' },
      { code: 'ours', valid_from: '2021-07-01', name: 'Theo ngày', source: 'Quy chế', stopped: 'open_in_time' },
      { code: 'same', valid_from: '2021-07-01', name: 'Như mặc định', source: 'Quy chế' }
    ] })
    await forget(db)
    await send(db, [ended('06-10 18:00:00', { status: 8 })])
    const rows = async (query: string) => (await get(`/v1/on-time?basis=records&details=true&${query}`)).body.items
    t.match(await rows('rules=ours&from=2021-06-01&to=2021-06-30'), [{ rules_version: 1, resolved_on_time: 1, resolved_stopped: 1 }])
    t.match(await rows('rules=ours&from=2021-06-01&to=2021-07-31'), [{ rules_version: 2, pending_in_time: 1, resolved_stopped: 0 }])
    t.match(await rows('rules=same&from=2021-06-01&to=2021-07-31'), [{ rules: 'same', resolved_overdue: 1 }])
    t.match(await rows('rules=local-06a&period=cal-2021-M07,cal-2021-M06&group_by=period,unit'), [
      { period: 'cal-2021-M06', unit: 'H56-380', pending: 1 }, { period: 'cal-2021-M07', pending: 1, carried_over: 1 }
    ])
    t.match(await get('/v1/on-time?basis=records&rules=same&period=2020'), {
      status: 400, body: { errors: [{ pointer: '/query/rules', code: 'unknown_rules' }] }
    })
    t.match(await get('/v1/on-time?rules=default&period=2021'), {
      status: 400, body: { errors: [{ pointer: '/query/rules', code: 'needs_records' }] }
    })
  })

  t.test('a series of months names its rules', async t => {
    const series = async (query: string) => (
      await get(`/v1/units/H56/on-time-series?from=2021-06&to=2021-07&calendar=calendar&${query}`)).body.items
    t.match(await series('basis=records&rules=local-06a'), [
      { rules: 'local-06a', rules_version: 1, pending: 1 }, { rules: 'local-06a', pending: 1, carried_over: 1 }
    ])
    t.match(await series('basis=records'), [{ rules: 'default', rules_version: 1, resolved: 1 }, { rules: 'default', resolved: 0 }])
    t.match(await series(''), [{ rules: null, rules_version: null }, {}])
  })
})
