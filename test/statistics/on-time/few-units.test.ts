import { forEachDatabase } from '../../database.ts'
import { forgetReports, item, send } from '../../dossiers/given.ts'

const FILED = '2021-05-27T08:00:00+07:00'
const PROCEDURES = ['1.001612', '1.001193']

type Row = Record<string, string>

function sorted (rows: readonly Row[]): Row[] {
  const keyOf = ({ unit, procedure }: Row) => `${unit} ${procedure}`
  return rows.toSorted((a, b) => keyOf(a) < keyOf(b) ? -1 : 1)
}

forEachDatabase('rows by unit and procedure, of which few units are read', async (t, { db, get, post }) => {
  // More than the first steps read.
  const units = await db.selectFrom('units').select('id').where('reports_dossiers', '=', true).orderBy('id').limit(45).execute()
  await send(db, [...units.map(({ id }) => id), 'H56-380'].flatMap((unit, n) => (
    PROCEDURES.slice(n % 3 === 0 ? 1 : 0).flatMap(procedure => ['a', 'b'].slice(n % 2).map(name => (
      item({ code: `${unit}-${procedure}-${name}`, unit, procedure, channel: 'online', submitted_at: FILED }))))
  )))
  const rowsOf = async (query: string, asked = 'method=received&from=2021-05-01&to=2021-06-30') => {
    const rows: Row[] = []
    let cursor = ''
    do {
      const { status, body } = await get(`/v1/on-time?basis=records&${asked}&${query}${cursor}`)
      t.equal(status, 200, query)
      rows.push(...body.items)
      cursor = body.next_cursor === null ? '' : `&cursor=${body.next_cursor}`
    } while (cursor !== '')
    return rows
  }
  /** In an order in which all dossiers are read at once. */
  const readAtOnce = async (query: string, asked?: string) => sorted(await rowsOf(`${query}&sort=procedure`, asked))

  t.test('are the same on any pages, and in any order', async t => {
    const all = await readAtOnce('group_by=unit,procedure')
    t.equal(all.length, 76)
    for (const limit of [13, 75, 76, 1_000]) t.same(await rowsOf(`group_by=unit,procedure&limit=${limit}`), all, String(limit))
    t.same(sorted(await rowsOf('group_by=unit,procedure&sort=-unit&limit=40')), all)
  })

  t.test('are of the units that are asked about', async t => {
    for (const filter of ['unit=H56', 'unit=H56-380', 'unit=H56-14755', 'level=commune', 'source=one-stop', 'source=sample', 'procedure=1.001193']) {
      t.same(await rowsOf(`group_by=unit,procedure&limit=30&${filter}`), await readAtOnce(`group_by=unit,procedure&${filter}`), filter)
    }
  })

  const document = { number: '1/NQ', date: '2021-06-01', issuer: 'Quốc hội' }

  t.test('are of the units that stood below the one asked about when each period ended', async t => {
    const events = [{ type: 'move', unit: 'H56-14761', parent: 'H56-381' }]
    t.equal((await post('/v1/unit-changes', { effective_on: '2021-06-01', document, events })).status, 200)
    const asked = 'method=received&period=cal-2021-M05&period=cal-2021-M06'
    for (const [unit, months] of [['H56-380', ['2021-M05']], ['H56-381', ['2021-M06']]] as const) {
      const query = `group_by=unit,procedure,period&unit=${unit}`
      const all = await readAtOnce(query, asked)
      const ofMoved = all.filter(row => row['unit'] === 'H56-14761').map(row => row['period'])
      t.same([...new Set(ofMoved)], months.map(month => `cal-${month}`))
      for (const limit of [5, 7]) t.same(await rowsOf(`${query}&limit=${limit}`, asked), all, `${unit}, ${limit}`)
    }
  })

  t.test('are the same where units passed on what was open', async t => {
    await forgetReports(db)
    const into = { code: 'H56-14754', name: 'Phường Mới', kind: 'ward', level: 'commune', parent: 'H56-380', reports_dossiers: true }
    const events = [{ type: 'merge', units: ['H56-14755', 'H56-14758'], into }]
    const { body } = await post('/v1/unit-changes', { effective_on: '2021-06-15', document, events })
    t.match(body, { created: 1, ended: 2, dossiers_passed: 4 })
    for (const method of ['handled', 'received', 'resolved', 'due', 'reception']) {
      for (const days of ['period=2021-Q3', 'from=2021-05-20&to=2021-06-20']) {
        const asked = `method=${method}&details=${method === 'resolved'}&${days}`
        t.same(await rowsOf('group_by=unit,procedure&limit=40', asked), await readAtOnce('group_by=unit,procedure', asked), asked)
      }
    }
  })
})
