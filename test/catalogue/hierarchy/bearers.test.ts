import { sql } from 'kysely'
import { forEachDatabase } from '../../database.ts'
import { givenReform } from '../units/given-reform.ts'

forEachDatabase('who bears the figures of a unit', async (t, { db }) => {
  const parent = 'H56-380'
  const bearersOf = async (unit: string) => (await sql<Record<string, unknown>>`
    select bearer, starts_on, ends_on, share from unit_bearers where unit = ${unit} order by starts_on, bearer`.execute(db)).rows
  await givenReform(db, {
    on: '2021-01-01', create: [{ unit: 'east', parent }, { unit: 'west', parent }],
    end: { 'H56-14755': { east: 0.25, west: 0.75 }, 'H56-14758': { west: 1 }, 'H56-14761': {} }
  })
  await givenReform(db, { on: '2022-01-01', create: [{ unit: 'north', parent }, { unit: 'south', parent }], end: { west: { north: 0.1, south: 0.9 } } })
  await givenReform(db, { on: '2023-01-01', create: [{ unit: 'whole', parent }], end: { east: { whole: 1 }, south: { whole: 1 } } })

  t.test('follows from lineage step by step, with the product of the shares', async t => {
    t.same(await bearersOf('H56-14755'), [
      { bearer: 'east', starts_on: '2021-01-01', ends_on: '2022-12-31', share: 0.25 },
      { bearer: 'west', starts_on: '2021-01-01', ends_on: '2021-12-31', share: 0.75 },
      { bearer: 'north', starts_on: '2022-01-01', ends_on: 'infinity', share: 0.075 },
      { bearer: 'south', starts_on: '2022-01-01', ends_on: '2022-12-31', share: 0.675 },
      { bearer: 'whole', starts_on: '2023-01-01', ends_on: 'infinity', share: 0.925 }
    ])
    t.same(await bearersOf('H56-14758'), [
      { bearer: 'west', starts_on: '2021-01-01', ends_on: '2021-12-31', share: 1 },
      { bearer: 'north', starts_on: '2022-01-01', ends_on: 'infinity', share: 0.1 },
      { bearer: 'south', starts_on: '2022-01-01', ends_on: '2022-12-31', share: 0.9 },
      { bearer: 'whole', starts_on: '2023-01-01', ends_on: 'infinity', share: 0.9 }
    ])
  })

  t.test('is the unit itself if it has no successors', async t => {
    t.same(await bearersOf('H56-14761'), [])
    t.same(await bearersOf('whole'), [])
  })
})
