import { dossiers } from '../../../src/dossiers/queries.ts'
import type { DossierItem } from '../../../src/dossiers/schema.ts'
import { evaluationDossiers } from '../../../src/evaluation/dossiers/queries.ts'
import { evaluationLevers } from '../../../src/evaluation/levers/queries.ts'
import { dossiersExplaining } from '../../../src/statistics/on-time/explain/queries.ts'
import { forEachDatabase } from '../../database.ts'
import { item, send } from '../../dossiers/given.ts'
import { givenInputs, givenPhuTho, progress, Q3 } from '../given.ts'

/** A Tuesday. */
const NOW = Date.parse('2021-06-08T10:00:00+07:00')
const JUNE = { period: ['cal-2021-M06'], unit: 'H56-380', formula: 'qd-766-found-2026' }
const ALL = { limit: 100 }

const sent = (code: string, given: Partial<DossierItem>) => item({ code: `000.00.00.H56-210601-${code}`, ...given })
const due = (day: string) => ({ received_at: '2021-06-01T08:00:00+07:00', due_at: `${day}T17:00:00+07:00` })
const ended = (day: string, given: Partial<DossierItem> = {}) => ({
  status: 10, finished_at: `${day}T09:00:00+07:00`, updated_at: `${day}T09:05:00+07:00`, ...given
})

forEachDatabase('what would give most points', async (t, service) => {
  const { db, get } = service
  const { issues } = await send(db, [
    sent('today', due('2021-06-08')),
    sent('in-two-days', due('2021-06-10')),
    sent('in-four-days', due('2021-06-14')),
    sent('in-july', due('2021-07-05')),
    sent('of-another-unit', { ...due('2021-06-10'), unit: 'H56-381' }),
    sent('overdue', due('2021-06-07')),
    sent('awaiting', {
      ...due('2021-06-09'), status: 5, updated_at: '2021-06-02T08:05:00+07:00', supplements: [{ requested_at: '2021-06-02T08:00:00+07:00' }]
    }),
    sent('to-come', { received_at: '2021-06-09T08:00:00+07:00', due_at: '2021-06-10T17:00:00+07:00' }),
    sent('in-time', { ...due('2021-06-07'), ...ended('2021-06-03'), digitised_parts: 1, has_fee: false }),
    sent('late', { ...due('2021-06-03'), ...ended('2021-06-07'), digitised_parts: 0, has_fee: true, paid_online: false }),
    sent('later', { ...due('2021-06-03'), ...ended('2021-06-08') })
  ])
  t.equal(issues.size, 0)

  const leversOn = async (now: number, given: object = {}) => (
    (await evaluationLevers(db, { ...JUNE, ...given }, null, now)).items)
  const levers = await leversOn(NOW)
  const of = (code: string, all = levers) => all.find(({ criterion }) => criterion === code)!
  const codesAt = (codes: { code: string }[]) => codes.map(({ code }) => code.slice(21)).sort()

  t.test('comes first, and what is unknown last, with the reason', async t => {
    t.same(levers.slice(0, 4).map(row => [row.criterion, row.points, row.points_to_gain]), [
      ['PROGRESS_ON_TIME', 13.33, 6.67], ['PAYMENT_DOSSIERS', 0, 6], ['SO_HOA_GIAY_TO_GIAI_QUYET', 2, 2], ['PUBLISH_ON_TIME', null, null]
    ])
    t.equal(levers.length, 19)
    t.match(levers.at(-1), { points: null, missing_points: null, points_to_gain: null, unknown: 'nothing_posted', missing: null, needed: null })
  })

  t.test('says how many dossiers cost the points, and lists them', async t => {
    t.match(of('PROGRESS_ON_TIME'), { numerator: 6, denominator: 9, missing: 3, needed: 3, measure: 'dossiers', counts_from: 'records' })
    const asked = (url: string) => Object.fromEntries(new URL(url, 'http://host').searchParams)
    const progress = asked(of('PROGRESS_ON_TIME').dossiers_url!)
    const late = await dossiersExplaining(db, progress, ALL, null, NOW)
    t.same(codesAt(late.items), ['late', 'later', 'overdue'])
    const criterion = { ...JUNE, criterion: 'PROGRESS_ON_TIME' }
    t.same(codesAt((await evaluationDossiers(db, criterion, ALL, null, NOW)).items), ['late', 'later', 'overdue'])
    t.equal((await evaluationDossiers(db, { ...criterion, part: 'denominator' }, ALL, null, NOW)).items.length, 9)
    t.same((await evaluationDossiers(db, { ...criterion, part: 'unknown' }, ALL, null, NOW)).items, [])

    const digitised = of('SO_HOA_GIAY_TO_GIAI_QUYET')
    t.match(digitised, { numerator: 1, denominator: 2, missing: 1, needed: 1 })
    t.match(digitised.dossiers_url, /^\/v1\/evaluation\/dossiers\?criterion=SO_HOA_GIAY_TO_GIAI_QUYET&.*&part=rest$/)
    t.match((await get(digitised.dossiers_url!)).body, {
      items: [{
        code: '000.00.00.H56-210601-late', unit: 'H56-380', procedure: '1.001612', channel: 'direct', source: 'one-stop', status: 10,
        received_at: '2021-06-01T08:00:00.000+07:00', due_at: '2021-06-03T17:00:00.000+07:00', ended_at: '2021-06-07T09:00:00.000+07:00',
        counted_on: '2021-06-07', in_numerator: false
      }],
      next_cursor: null
    })
    const partOf = async (part: 'denominator' | 'numerator' | 'unknown', code = 'SO_HOA_GIAY_TO_GIAI_QUYET') => (
      codesAt((await evaluationDossiers(db, { ...JUNE, criterion: code, part }, ALL, null, NOW)).items))
    t.same([await partOf('denominator'), await partOf('numerator'), await partOf('unknown')], [['in-time', 'late'], ['in-time'], ['later']])
    t.same(await partOf('denominator', 'PAYMENT_DOSSIERS'), ['late'])
    const first = await evaluationDossiers(db, { ...JUNE, criterion: 'SO_HOA_GIAY_TO_GIAI_QUYET', part: 'denominator' }, { limit: 1 }, null, NOW)
    t.same(codesAt(first.items), ['late'])
    const page = { limit: 1, cursor: first.next_cursor! }
    const next = await evaluationDossiers(db, { ...JUNE, criterion: 'SO_HOA_GIAY_TO_GIAI_QUYET', part: 'denominator' }, page, null, NOW)
    t.same(codesAt(next.items), ['in-time'])
  })

  t.test('counts the dossiers that can still be saved as the list of dossiers has them', async t => {
    for (const [within, codes] of Object.entries({
      '0d': ['today'], '3d': ['in-two-days', 'today'], '4d': ['in-four-days', 'in-two-days', 'today']
    })) {
      const lever = of('PROGRESS_ON_TIME', await leversOn(NOW, { due_within: within }))
      t.match(lever, { savable: codes.length, savable_within: Number(within[0]), savable_unknown: null })
      const { unit, due_within: listed } = Object.fromEntries(new URL(lever.savable_url!, 'http://host').searchParams)
      t.same(codesAt((await dossiers(db, { unit, due_within: listed }, ALL, null, NOW)).items), codes)
    }
    t.equal(of('PROGRESS_ON_TIME').savable_points, 4.44, 'from 6 of 9 to 4 of 9')
    t.match(of('SO_HOA_GIAY_TO_GIAI_QUYET'), { savable: null, savable_points: null, savable_unknown: 'other_criterion' })
  })

  t.test('looks no further than the end of the period', async t => {
    const nearEnd = Date.parse('2021-06-30T10:00:00+07:00')
    t.match(of('PROGRESS_ON_TIME', await leversOn(nearEnd, { due_within: '20d' })), {
      savable: 0, savable_within: 0, savable_url: '/v1/dossiers?unit=H56-380&due_within=0d'
    })
    t.match(of('PROGRESS_ON_TIME', await leversOn(Date.parse('2021-07-01T10:00:00+07:00'))), { savable: null, savable_unknown: 'span_over' })
    t.match(of('PROGRESS_ON_TIME', await leversOn(Date.parse('2021-05-31T10:00:00+07:00'))), { savable: null, savable_unknown: 'span_not_begun' })
    const year = { period: ['cal-2021'], due_within: '9d' }
    t.match(of('PROGRESS_ON_TIME', await leversOn(Date.parse('2021-06-08T10:00:00+07:00'), year)), { savable: 3, savable_within: 9 })
  })

  t.test('is null where the calendar ends before', async t => {
    const long = { from: '2021-01-01', to: '2199-12-31', period: undefined }
    const last = await db.selectFrom('working_calendar_days').select(({ fn }) => fn.max('day').as('day')).executeTakeFirstOrThrow()
    const atTheEnd = await leversOn(Date.parse(`${last.day}T10:00:00+07:00`), long)
    t.match(of('PROGRESS_ON_TIME', atTheEnd), { savable: null, savable_points: null, savable_unknown: 'calendar_year_missing' })
  })

  t.test('is no more than the group lacks, and as many as a threshold asks for', async t => {
    await givenPhuTho(service)
    const input = (criterion: string, numerator: number, denominator: number) => progress('H44.01', numerator, denominator, { criterion })
    await givenInputs(service,
      input('PAYMENT_DOSSIERS', 50, 100), input('PAYMENT_PROCEDURES_PAID', 16, 20), input('PAYMENT_PROCEDURES_USED', 10, 20),
      input('REUSED_DIGITIZED_DATA', 3, 10), input('PUBLISH_ON_TIME', 0, 0),
      { ...input('ONLINE_SERVICES_FULL', 9, 10), points: 8.46 }, progress('H44.01', 156, 161))
    const items = (await get(`/v1/evaluation/levers?unit=H44.01&period=${Q3}`)).body.items as typeof levers
    const today = (await get(`/v1/evaluation/levers?unit=H44.01&from=2026-11-01&to=2099-12-31`)).body.items as typeof levers
    t.match(of('PROGRESS_ON_TIME', today), { savable_unknown: 'not_from_records' })
    t.match(of('PAYMENT_DOSSIERS', items), { missing_points: 3, points_to_gain: 3, needed: 50 })
    t.match(of('PAYMENT_PROCEDURES_USED', items), { missing_points: 1.25, points_to_gain: 1.25, measure: 'procedures' })
    t.match(of('PAYMENT_PROCEDURES_PAID', items), { missing_points: 0, points_to_gain: 0, missing: 4, needed: 0 })
    t.match(of('REUSED_DIGITIZED_DATA', items), { points: 0.75, missing: 7, needed: 5, dossiers_url: null })
    t.match(of('ONLINE_SERVICES_FULL', items), { points: 8.46, points_from: 'imported', missing_points: 3.54, needed: null, savable_points: null })
    t.match(of('PUBLISH_ON_TIME', items), { points_to_gain: null, unknown: 'denominator_zero', missing: 0, needed: null })
    t.match(of('PROGRESS_ON_TIME', items), { unit_name: 'Văn phòng Ủy ban nhân dân tỉnh', needed: 5, savable_unknown: 'span_over', dossiers_url: null })
    await givenInputs(service, input('PAYMENT_PROCEDURES_USED', 20, 20), input('PAYMENT_DOSSIERS', 95, 100))
    t.match(of('PAYMENT_DOSSIERS', (await get(`/v1/evaluation/levers?unit=H44.01&period=${Q3}`)).body.items), {
      missing_points: 0.3, points_to_gain: 0, needed: 5
    }, 'the group has its 10 points')
  })

  t.test('is not known of a criterion that nothing is known of', async t => {
    const criterion = {
      code: 'SURVEY', name: 'x', maximum: null, levels: null, inputs: [], rate: null, rate_status: 'unknown', points: null,
      points_status: 'unknown', note: null
    }
    const groups = [{ code: 'G', name: 'x', maximum: 1, criteria: [criterion] }]
    await service.post('/v1/evaluation-formulas', {
      items: [{ code: 'own', scheme: 'own', name: 'x', status: 'found', source: 'x', precedence: 1, valid_from: '2026-01-01', groups }]
    })
    t.match((await get(`/v1/evaluation/levers?unit=H44.01&period=${Q3}&formula=own`)).body.items, [
      { criterion: 'SURVEY', maximum: null, missing_points: null, measure: null }
    ])
  })

  t.test('is asked of one unit', async t => {
    const faultOf = async (path: string) => {
      const { body } = await get(path)
      return `${body.errors[0].pointer} ${body.errors[0].code}`
    }
    t.equal(await faultOf(`/v1/evaluation/levers?period=${Q3}`), '/query/unit missing')
    t.equal(await faultOf(`/v1/evaluation/levers?period=${Q3}&unit=none`), '/query/unit unknown_unit')
    t.equal(await faultOf(`/v1/evaluation/levers?period=${Q3}&unit=H56&due_within=3`), '/query/due_within malformed')
    t.equal(await faultOf(`/v1/evaluation/dossiers?period=${Q3}&unit=H56&criterion=none`), '/query/criterion unknown_criterion')
    t.equal(await faultOf(`/v1/evaluation/dossiers?period=${Q3}&unit=H56&criterion=PUBLISH_ON_TIME`), '/query/criterion needs_records')
    t.same((await get('/v1/evaluation/levers?period=cal-2025-M01&unit=H56')).body.items, [], 'no formula holds')
    const toCome = 'from=2199-01-01&to=2199-01-31&unit=H56'
    t.match(of('PROGRESS_ON_TIME', (await get(`/v1/evaluation/levers?${toCome}`)).body.items), { savable_unknown: 'span_not_begun' })
    t.same((await get(`/v1/evaluation/dossiers?${toCome}&criterion=SO_HOA_GIAY_TO_GIAI_QUYET`)).body.items, [])
  })
})
