import { forEachDatabase } from '../../database.ts'

const NAMELESS = { level_name: null, field_name: null, unit_name: null, procedure_name: null }

forEachDatabase('names stand beside the codes that a row is grouped by', async (t, { get }) => {
  const rowsOf = async (query: string) => (await get(`/v1/on-time?period=2021-Q3&${query}`)).body.items
  t.match(await rowsOf(''), [NAMELESS])
  t.match((await rowsOf('group_by=level')).map((row: object) => ({ ...NAMELESS, ...row })), [
    { ...NAMELESS, level: 'commune', level_name: 'Cấp xã' },
    { ...NAMELESS, level: 'district', level_name: 'Cấp huyện' },
    { ...NAMELESS, level: 'province', level_name: 'Cấp tỉnh' }
  ])
  const namesOf = async (list: string) => new Map<string, string>((await get(`/v1/${list}?limit=10000`)).body.items
    .map(({ code, name }: { code: string, name: string }) => [code, name]))
  const [units, fields] = [await namesOf('units'), await namesOf('fields')]
  const rows = await rowsOf('group_by=unit&group_by=field&unit=H56-380')
  t.ok(rows.length > 1)
  for (const row of rows) {
    t.match(row, { ...NAMELESS, unit_name: units.get(row.unit), field_name: fields.get(row.field) })
  }
})

forEachDatabase('a row counted from records has the name of its procedure, too', async (t, { get, post }) => {
  const [procedure] = (await get('/v1/procedures?limit=1')).body.items
  const dossier = {
    code: 'named', unit: 'H56-381', procedure: procedure.code, channel: 'online', status: 10,
    received_at: '2021-07-01T08:00:00+07:00', finished_at: '2021-07-05T08:00:00+07:00', updated_at: '2021-07-05T08:00:00+07:00'
  }
  const answer = await post('/v1/dossiers?source=one-stop', { items: [dossier] })
  t.equal(answer.status, 200, answer.text)
  const { body } = await get('/v1/on-time?basis=records&period=2021-Q3&group_by=procedure')
  t.match(body.items, [{ procedure: procedure.code, procedure_name: procedure.name, unit_name: null }])
})

forEachDatabase('files have the names, by which nothing is sorted', async (t, { get }) => {
  const { text } = await get('/v1/on-time?period=2021-Q3&group_by=level&format=csv')
  const [head, first] = text.split('\r\n')
  t.match(head, /^.?level,level_name,field,field_name,unit,unit_name,procedure,procedure_name,channel,/)
  t.match(first, /^commune,Cấp xã,/)
  t.match(await get('/v1/on-time?period=2021-Q3&group_by=unit&sort=unit_name'), { status: 400 })
})
