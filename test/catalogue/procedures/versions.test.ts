import { forEachDatabase } from '../../database.ts'
import { nameOfDay, parseDay, today } from '../../../src/time/business-day.ts'
import { givenClient } from '../../client.ts'
import { decide, faultsOf } from '../procedure-decisions/given.ts'

const PROCEDURE = { code: '9.1', name: 'Thủ tục thử', field: 'land', level: 'district', interlinked: 'none', valid_from: '2021-01-01' }
const yesterday = () => nameOfDay(parseDay(today()) - 1)

forEachDatabase('a procedure that is posted without a decision', async (t, { get, post }) => {
  const versions = async (code = '9.1') => (await get(`/v1/procedures/${code}/history`)).body.versions
  const put = async (given: object) => post('/v1/procedures', { items: [{ ...PROCEDURE, ...given }] })

  t.test('has one version', async t => {
    await put({})
    t.match(await versions(), [{ valid_from: '2021-01-01', valid_to: null, kind: 'new', decision: null, document_number: null, end_kind: null }])
  })

  t.test('is what is new from today on', async t => {
    await put({ level: 'commune', payment_integrated: true })
    await put({ level: 'commune', payment_integrated: false })
    t.match(await versions(), [
      { valid_from: '2021-01-01', valid_to: yesterday(), level: 'district', payment_integrated: null },
      { valid_from: today(), valid_to: null, kind: 'amended', level: 'commune', payment_integrated: false }
    ])
  })

  t.test('as a correction is what it says from the beginning', async t => {
    t.match((await put({ level: 'province', correction: true })).body, { updated: 1, correction: null })
    t.match(await versions(), [{ valid_from: '2021-01-01', level: 'province', payment_integrated: null }])
    t.equal((await versions()).length, 1)
    await put({ level: 'commune' })
    t.match((await put({ level: 'commune', correction: true })).body, { unchanged: 1 }, 'also where it is so since today')
    t.match(await versions(), [{ level: 'commune' }])
    t.equal((await versions()).length, 1)
  })

  t.test('as a correction leaves what a decision has changed since', async t => {
    await decide({ post }, '1', '2022-01-01', { amended: [{ code: '9.1', field: 'justice' }] })
    await decide({ post }, '2', '2023-01-01', { amended: [{ code: '9.1', level: 'district', online_service_level: 'full' }] })
    await put({ field: 'construction', level: 'province', online_service_level: 'full', statutory_working_days: 3, correction: true })
    t.match(await versions(), [
      { field: 'land', level: 'commune', online_service_level: null, statutory_working_days: 3 },
      { field: 'construction', level: 'commune', online_service_level: null, statutory_working_days: 3 },
      { field: 'construction', level: 'province', online_service_level: 'full', statutory_working_days: 3 }
    ])
  })

  t.test('begins and ends on the days that it says', async t => {
    const given = { code: '9.2' }
    await put({ ...given, valid_to: '2021-06-30' })
    t.match(await versions('9.2'), [{ valid_to: '2021-06-30', end_kind: 'repealed', end_decision: null }])
    await put({ ...given, valid_from: '2020-01-01', valid_to: '2021-07-31' })
    t.match(await versions('9.2'), [{ valid_from: '2020-01-01', valid_to: '2021-07-31' }])
    await put({ ...given, valid_to: '2021-07-31', level: 'commune' })
    t.match(await versions('9.2'), [{ valid_from: '2021-01-01', valid_to: '2021-07-31', level: 'commune' }], 'what has ended is otherwise as a whole')
    await put(given)
    t.match(await versions('9.2'), [{ level: 'commune', valid_to: yesterday() }, { valid_from: today(), valid_to: null, level: 'district' }])
    await put({ ...given, valid_to: '2021-07-31' })
    t.match(await versions('9.2'), [{ level: 'district', valid_to: '2021-07-31' }], 'what would be after its end never was')
  })

  t.test('that is to come is otherwise as a whole', async t => {
    const given = { code: '9.3', valid_from: '2150-01-01' }
    await put(given)
    await put({ ...given, level: 'commune' })
    t.match(await versions('9.3'), [{ valid_from: '2150-01-01', level: 'commune' }])
  })

  t.test('begins and ends as decisions say, where there are any', async t => {
    await decide({ post }, '3', '2021-03-01', { new: [{ ...PROCEDURE, code: '9.4', valid_from: undefined }] })
    await decide({ post }, '4', '2021-09-01', { repealed: ['9.4'] })
    t.same(faultsOf(await put({ code: '9.4', valid_from: '2021-04-01', valid_to: '2021-08-31' })), ['/items/0/valid_from set_by_decision'])
    t.same(faultsOf(await put({ code: '9.4', valid_from: '2021-03-01' })), ['/items/0/valid_to set_by_decision'])
    t.match((await put({ code: '9.4', valid_from: '2021-03-01', valid_to: '2021-08-31', level: 'commune' })).body, { updated: 1 })
    t.match(await versions('9.4'), [{ level: 'commune', valid_to: '2021-08-31', decision: Number, end_decision: Number }])
  })

  t.test('cannot begin after a decision that amends it, or end before', async t => {
    t.same(faultsOf(await put({ valid_to: '2022-06-30' })), ['/items/0/valid_to changed_later'])
    t.same(faultsOf(await put({ valid_from: '2022-06-30' })), ['/items/0/valid_from changed_later'])
  })

  t.test('is as it is posted until a decision that is to come', async t => {
    const given = { code: '9.6', statutory_working_days: 5 }
    await put(given)
    await decide({ post }, '5', '2150-01-01', { amended: [{ code: '9.6', statutory_working_days: 3 }] })
    const decided = { valid_from: '2150-01-01', statutory_working_days: 3, decision: Number }
    t.match((await put(given)).body, { unchanged: 1 }, 'as it is today')
    t.match(await versions('9.6'), [{ valid_to: '2149-12-31', statutory_working_days: 5 }, decided])
    const shown = (await get('/v1/procedures/9.6')).body
    t.match(shown, { statutory_working_days: 5 }, 'it is shown as it is today')
    t.same((await get('/v1/procedures')).body.items.find(({ code }: { code: string }) => code === '9.6'), shown)
    t.match((await post('/v1/procedures', { items: [shown] })).body, { unchanged: 1 }, 'and can be sent back')
    t.match((await get('/v1/procedures/9.6?as_of=2150-01-01')).body, { statutory_working_days: 3 })
    t.match(await get('/v1/procedures/9.6?as_of=2000-01-01'), { status: 404, body: { detail: /in force on 2000-01-01/ } })
    t.equal((await get('/v1/procedures/9.6?as_of=2000-02-30')).status, 400)
    t.match((await put({ ...given, statutory_working_days: 7, level: 'commune' })).body, { updated: 1 })
    t.match((await put({ ...given, statutory_working_days: 7, level: 'commune' })).body, { unchanged: 1 })
    const before = { valid_to: yesterday(), statutory_working_days: 5, level: 'district' }
    const since = { valid_from: today(), statutory_working_days: 7, level: 'commune' }
    t.match(await versions('9.6'), [before, since, { ...decided, level: 'commune' }])
    t.match((await put({ ...given, statutory_working_days: 6, correction: true })).body, { updated: 1 })
    t.match(await versions('9.6'), [{ statutory_working_days: 6, level: 'district' }, { ...decided, level: 'district' }])
    t.match((await put({ ...given, statutory_working_days: 3 })).body, { updated: 1 }, 'as it is to be, from today on')
    t.match(await versions('9.6'), [{ statutory_working_days: 6 }, { valid_from: today(), statutory_working_days: 3 }, decided])
  })

  t.test('has no end where that is the last day of all', async t => {
    const given = { code: '9.7', valid_to: '9999-12-31' }
    t.match((await put(given)).body, { created: 1 })
    t.match((await put(given)).body, { unchanged: 1 })
    t.match((await put({ code: '9.7' })).body, { unchanged: 1 })
    t.match(await versions('9.7'), [{ valid_to: null, end_kind: null }])
    t.equal((await decide({ post }, '6', '2150-01-01', { repealed: ['9.7'] })).status, 200)
    t.match(await versions('9.7'), [{ valid_to: '2149-12-31', end_kind: 'repealed' }])
    t.match((await put({ code: '9.8', valid_to: '9999-12-30' })).body, { created: 1 })
    t.match(await versions('9.8'), [{ valid_to: '9999-12-30', end_kind: 'repealed' }])
  })

  t.test('keeps what a batch in part takes', async t => {
    const { body } = await post('/v1/procedures?mode=partial', { items: [{ ...PROCEDURE, code: '9.5' }, { ...PROCEDURE, valid_to: '2022-06-30' }] })
    t.match(body, { created: 1, rejected: 1 })
    t.equal((await versions('9.5')).length, 1)
  })
})

forEachDatabase('a key that is bound to a unit', async (t, service) => {
  const { get, post } = service
  const { headers } = await givenClient(service, 'district', { scopes: ['write:catalogue'], unit: 'H56-381' })
  const put = (given: object, query = '') => post(`/v1/procedures${query}`, { items: [{ ...PROCEDURE, ...given }] }, headers)

  t.test('posts new procedures, and what they are called', async t => {
    t.match((await put({ valid_to: '2150-12-31' })).body, { created: 1 })
    t.match((await put({ valid_to: '2150-12-31' })).body, { unchanged: 1 })
    t.match((await put({ valid_to: '2150-12-31', name: 'Tên mới', level: 'commune' })).body, { updated: 1 })
  })

  t.test('does not change for all units in which field a procedure counts, or when it begins and ends', async t => {
    const given = { field: 'justice', valid_from: '2021-02-01' }
    const answer = await put(given)
    t.match(answer, { status: 403, body: { code: 'forbidden_rows' } })
    t.same(faultsOf(answer), ['field', 'valid_from', 'valid_to'].map(property => `/items/0/${property} forbidden_unit`))
    const { body } = await post('/v1/procedures?mode=partial', { items: [{ ...PROCEDURE, ...given }, { ...PROCEDURE, code: '9.2' }] }, headers)
    t.match(body, { created: 1, rejected: 1 })
    t.match((await get('/v1/procedures/9.1')).body, { field: 'land', valid_from: '2021-01-01', valid_to: '2150-12-31', level: 'commune' })
    t.match((await post('/v1/procedures', { items: [{ ...PROCEDURE, ...given }] })).body, { updated: 1 }, 'a key for all units does')
  })
})

forEachDatabase('the level of the online service', async (t, { get, post }) => {
  const put = (given: object) => post('/v1/procedures', { items: [{ ...PROCEDURE, ...given }] })

  t.test('is one of its time', async t => {
    for (const [valid_from, level, fits] of [
      ['2022-08-14', '2', true], ['2022-08-14', '4', true], ['2022-08-14', 'full', false], ['2022-08-14', 'partial', false],
      ['2022-08-15', 'full', true], ['2022-08-15', 'partial', true], ['2022-08-15', '3', false], ['2022-08-15', null, true]
    ]) {
      const answer = await put({ valid_from, online_service_level: level, code: `9.${valid_from}.${level}` })
      t.equal(answer.status, fits ? 200 : 422, `${level} from ${valid_from} on`)
      if (!fits) t.same(faultsOf(answer), ['/items/0/online_service_level online_level_of_other_time'])
    }
  })

  t.test('of before stays until it is changed', async t => {
    await put({ online_service_level: '4' })
    t.match(await put({ online_service_level: '4', name: 'Tên mới' }), { status: 200 })
    t.same(faultsOf(await put({ online_service_level: '3', name: 'Tên mới' })), ['/items/0/online_service_level online_level_of_other_time'])
    t.match(await put({ online_service_level: '3', name: 'Tên mới', correction: true }), { status: 200 })
    t.same(faultsOf(await put({ online_service_level: '3', name: 'Tên mới', valid_from: '2023-01-01' })), ['/items/0/online_service_level online_level_of_other_time'])
    t.match(await put({ online_service_level: 'full' }), { status: 200 })
    t.same((await get('/v1/procedures/counts?group_by=online_service_level&as_of=2021-06-14')).body.items.find((row: { online_service_level: string }) => row.online_service_level === '3').in_force, 1)
  })
})

forEachDatabase('counts of procedures', async (t, { get }) => {
  const faults = async (query: string) => faultsOf(await get(`/v1/procedures/counts?${query}`))

  t.test('are of today unless a day is given', async t => {
    t.match((await get('/v1/procedures/counts')).body.items, [{ as_of: today(), from: null, in_force: 14 }])
  })

  t.test('are grouped, with a row for those of none', async t => {
    const rows = (await get('/v1/procedures/counts?group_by=field')).body.items
    t.same(rows.map(({ field }: { field: string }) => field).slice(0, 2), ['business-registration', 'certification'])
    t.match((await get('/v1/procedures/counts?group_by=online_service_level')).body.items, [{ online_service_level: null, in_force: 14 }])
    t.match((await get('/v1/procedures/counts?group_by=interlinked')).body.items.map(({ interlinked }: { interlinked: string }) => interlinked), ['cross_level', 'none'])
    t.match((await get('/v1/procedures/counts?format=csv')).headers['content-type'], /csv/)
  })

  t.test('are of one period or one range', async t => {
    t.same(await faults('period=2021-H1&as_of=2021-06-14'), ['/query period_or_days'])
    t.same(await faults('period=2021-H1&from=2021-01-01&to=2021-01-02'), ['/query period_or_days'])
    t.same(await faults('period=none'), ['/query/period unknown_period'])
    t.same(await faults('from=2021-01-02'), ['/query/to missing'])
    t.same(await faults('to=2021-01-02'), ['/query/from missing'])
    t.same(await faults('from=2021-01-02&to=2021-01-01'), ['/query/to out_of_range'])
    t.match((await get('/v1/procedures/counts?from=2021-01-01&to=2021-06-30')).body.items, [{ as_of: '2021-06-30', from: '2021-01-01', in_force: 13 }])
  })
})
