import { forEachDatabase } from '../../database.ts'
import { namesOn } from '../../../src/reports/documents/queries.ts'
import { tablesIn } from '../../documents/docx-tables.ts'

const BASE = { kind: 'commune', level: 'commune', reports_dossiers: true, valid_from: '2020-01-01' }
const UNITS = [
  { ...BASE, code: 'T1', name: 'Tỉnh thử', kind: 'province', level: 'province', reports_dossiers: false },
  { ...BASE, code: 'T1-1', name: 'Huyện Một', kind: 'district', level: 'district', parent: 'T1' },
  { ...BASE, code: 'T1-2', name: 'Huyện Hai', kind: 'district', level: 'district', parent: 'T1' },
  { ...BASE, code: 'T1-11', name: 'Xã Cũ', parent: 'T1-1' },
  { ...BASE, code: 'T1-S', name: 'Sở Cũ', kind: 'department', level: 'province', parent: 'T1' }
]
const CHANGES = {
  effective_on: '2023-01-01',
  document: { number: '12/NQ-HĐND', date: '2022-12-10', issuer: 'Hội đồng nhân dân tỉnh' },
  events: [
    { type: 'rename', unit: 'T1', name: 'Tỉnh Mới' }, { type: 'rename', unit: 'T1-1', name: 'Huyện Một Mới' },
    { type: 'rename', unit: 'T1-11', name: 'Xã Mới' }, { type: 'move', unit: 'T1-11', parent: 'T1-2' }
  ]
}

forEachDatabase('a document of a unit that was renamed and moved since', async (t, { app, db, get, post }) => {
  await post('/v1/units', { items: UNITS })
  const { status, text } = await post('/v1/unit-changes', CHANGES)
  t.equal(status, 200, text)

  t.test('names the unit and who receives it as they were called at the end of the period', async t => {
    for (const [year, unit_name, receiving_unit, receiving_unit_name] of [
      [2021, 'Xã Cũ', 'T1-1', 'Huyện Một'], [2023, 'Xã Mới', 'T1-2', 'Huyện Hai']
    ]) {
      const { body } = await get(`/v1/forms/ii-06a-fields/T1-11/${year}-Q3`)
      t.match(body, { unit_name, receiving_unit, receiving_unit_name }, String(year))
      const { lines } = await tablesIn((await app.inject(`/v1/reports/T1-11/${year}-H1?format=docx`)).rawPayload)
      t.ok(lines.includes(String(unit_name).toLocaleUpperCase('vi')), lines.join())
    }
  })

  t.test('is signed in the province by its name of that time', async t => {
    t.match(await namesOn(db, 'T1-S', '2022-12-31'), { unit_name: 'Sở Cũ', place_name: 'Tỉnh thử', receiving_unit_name: 'Tỉnh thử' })
    t.match(await namesOn(db, 'T1-S', '2023-01-01'), { place_name: 'Tỉnh Mới', receiving_unit_name: 'Tỉnh Mới' })
    t.match(await namesOn(db, 'T1', '2022-12-31'), { unit_name: 'Tỉnh thử', receiving_unit: null, receiving_unit_name: null })
  })

  t.test('has the first name before the first day', async t => {
    t.match(await namesOn(db, 'T1-11', '2019-12-31'), { unit_name: 'Xã Cũ', receiving_unit: 'T1-1' })
  })
})
