import { addUsualPeriods } from '../../../src/catalogue/periods/usual.ts'
import { forEachDatabase } from '../../database.ts'

forEachDatabase('periods', async (t, { get }) => {
  const codes = async (query: string) => (await get(`/v1/periods?${query}`)).body.items.map(({ code }: { code: string }) => code)

  t.test('of both calendars reach from 2015 to 2050', async t => {
    t.equal((await codes('limit=10000')).length, 36 * 40)
    t.equal((await codes('calendar=reform')).length, 36 * 20)
    t.equal((await codes('year=2015,2050')).length, 2 * 40)
    t.same(await codes('year=2014'), [])
  })

  t.test('are of a calendar, of kinds, of years, and all of these together', async t => {
    t.same(await codes('calendar=reform&year=2021&kind=quarter,half_year'), ['2021-H1', '2021-H2', '2021-Q1', '2021-Q2', '2021-Q3', '2021-Q4'])
    t.same(await codes('calendar=calendar&kind=year&year=2021&year=2022'), ['cal-2021', 'cal-2022'])
    t.same(await codes('calendar=reform&kind=nine_months&year=2021'), ['2021-9M'])
  })

  t.test('that hold a day are found by it', async t => {
    t.same(await codes('date=2021-06-01&calendar=reform'), ['2021', '2021-9M', '2021-H1', '2021-M06', '2021-Q2'])
    t.same(await codes('date=2021-06-01&calendar=calendar'), ['cal-2021', 'cal-2021-9M', 'cal-2021-H1', 'cal-2021-M06', 'cal-2021-Q2'])
  })

  t.test('hold their first day and their last', async t => {
    t.same(await codes('kind=half_year&calendar=reform&date=2021-06-14'), ['2021-H1'])
    t.same(await codes('kind=half_year&calendar=reform&date=2021-06-15'), ['2021-H2'])
    t.same(await codes('kind=year&date=2020-12-15'), ['2021', 'cal-2020'])
    t.same(await codes('date=1999-12-31'), [])
  })

  t.test('can be had one by one', async t => {
    t.same((await get('/v1/periods/2021-H1')).body, {
      code: '2021-H1', calendar: 'reform', kind: 'half_year', year: 2021,
      starts_on: '2020-12-15', ends_on: '2021-06-14', report_due_on: '2021-06-20'
    })
    t.match((await get('/v1/periods/cal-2024-M02')).body, { ends_on: '2024-02-29', report_due_on: null })
    t.match(await get('/v1/periods/2021-H3'), { status: 404, body: { code: 'not_found', detail: 'there is no period "2021-H3"' } })
  })
})

forEachDatabase('usual periods that a database lacks are added at its start', async (t, { db, get }) => {
  await db.deleteFrom('periods').where('year', '=', 2049).execute()
  const count = async () => (await get('/v1/periods?year=2049')).body.items.length
  t.equal(await count(), 0)
  await addUsualPeriods(db)
  t.equal(await count(), 40)
  await addUsualPeriods(db)
  t.equal(await count(), 40, 'once')
})
