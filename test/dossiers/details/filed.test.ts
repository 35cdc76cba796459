import { ADMIN, forEachDatabase } from '../../database.ts'
import { forget, item } from '../given.ts'

const URL = '/v1/dossiers?source=one-stop'
const CODE = item().code
const at = (day: string, time = '08:00:00') => `2021-${day}T${time}.000+07:00`
const { received_at: _, due_at: __, ...unsaid } = item({ channel: 'online', updated_at: at('05-30', '20:16:00') })
const FILED = { ...unsaid, status: 1, submitted_at: at('05-30', '20:15:00') }

forEachDatabase('a dossier that is filed and not received', async (t, { get, post, db, delete: remove }) => {
  t.afterEach(() => forget(db))
  const sent = async (...items: object[]) => (await post(URL, { items })).body
  const shown = async () => (await get(`/v1/dossiers/${CODE}`)).body

  t.test('need not say when it was received', async t => {
    t.match(await sent(FILED), { created: 1, warning_count: 0 })
    t.match(await sent({ ...FILED, received_at: null }), { unchanged: 1 })
    t.match(await shown(), {
      status: 1, received_at: null, submitted_at: FILED.submitted_at, history: [{ received_at: null }]
    })
    t.match((await get('/v1/dossiers?received_from=2021-05-30&received_to=2021-05-30')).body.items, [{ received_at: null }])
    t.match((await get('/v1/audit?resource=dossiers', ADMIN)).body.items, [{ after: { received_at: null, status: 1 } }])
    const accepted = { ...FILED, status: 2, received_at: at('05-31', '09:00:00'), updated_at: at('05-31', '09:00:00') }
    t.match(await sent(accepted), { updated: 1 })
    const history = [{ status: 2 }, { status: 1, received_at: null }]
    t.match(await shown(), { received_at: accepted.received_at, history })
    t.match((await get('/v1/on-time?basis=records&from=2021-05-30&to=2021-05-30')).body.items, [{ received: 0, pending: 0 }])
    t.match((await get('/v1/on-time?basis=records&from=2021-05-31&to=2021-05-31')).body.items, [{ received: 1, pending: 1 }])
  })

  t.test('is refused where it does not say when it was filed, or counts', async t => {
    const { submitted_at: _, ...neither } = FILED
    for (const one of [neither, { ...neither, received_at: null }, { ...FILED, status: 4 }]) {
      t.match(await sent(one), { errors: [{ pointer: '/items/0/received_at', code: 'missing' }] })
    }
    t.match((await sent({ ...FILED, submitted_at: '1900-01-01T00:00:00Z' })).errors, [{ pointer: '/items/0/submitted_at', code: 'out_of_range' }])
  })

  t.test('may say when it was received, as before', async t => {
    await sent({ ...FILED, received_at: at('05-31') })
    t.match(await shown(), { received_at: at('05-31') })
    await sent({ ...FILED, code: 'b', submitted_at: null, received_at: at('05-31') })
    t.match((await get('/v1/dossiers/b')).body, { received_at: at('05-31'), submitted_at: null })
  })

  t.test('may be refused, and be deleted', async t => {
    await sent({ ...FILED, status: 3, refused_at: at('05-31') })
    t.match(await shown(), { status: 3, received_at: null, refused_at: at('05-31') })
    t.match((await remove(`/v1/dossiers/${CODE}`)).status, 200)
    t.match(await get(`/v1/dossiers/${CODE}`), { status: 404 })
    t.match((await get('/v1/dossier-quality?period=2021-H1')).status, 200)
    t.match((await get('/v1/backlog')).body.items, [{ open: 0 }])
  })
})
