import { givenClient } from '../client.ts'
import { forEachDatabase } from '../database.ts'
import { instantOfDatabase } from '../reports/life/instant.ts'
import { item } from './given.ts'

const CODE = item().code

forEachDatabase('a dossier as it was known at an instant', async (t, service) => {
  const { get, post, delete: remove } = service
  const send = (dossier: object) => post('/v1/dossiers?source=one-stop', { items: [dossier] })
  const looks: { url: string, status: number, body: object }[] = []
  const look = async () => {
    const { status, body } = await get(`/v1/dossiers/${CODE}`)
    looks.push({ url: `/v1/dossiers/${CODE}?as_known_at=${await instantOfDatabase(service)}`, status, body })
  }

  t.test('is the last version of then, with those before it', async t => {
    await look()
    await send(item({ status: 2, updated_at: '2021-06-01T08:00:00+07:00', finished_at: null, returned_at: null }))
    await look()
    await send(item({ unit: 'H56-381', status: 4, updated_at: '2021-06-02T08:00:00+07:00', finished_at: null, returned_at: null }))
    await look()
    await remove(`/v1/dossiers/${CODE}`)
    await look()
    await send(item({ unit: 'H56-381', status: 5, updated_at: '2021-06-03T08:00:00+07:00', deleted: false, finished_at: null, returned_at: null }))
    await look()
    t.same(looks.map(({ status }) => status), [404, 200, 200, 404, 200])
    for (const { url, status, body } of looks) {
      const answer = await get(url)
      t.equal(answer.status, status, url)
      if (status === 200) t.same(answer.body, body)
    }
    t.match(looks.flatMap(({ body }) => 'history' in body ? [(body.history as []).length] : []), [1, 2, 4])
  })

  t.test('is seen by who reached it then', async t => {
    const { headers } = await givenClient(service, 'bim-son-reads', { scopes: ['read'], unit: 'H56-381' })
    t.equal((await get(looks[1]!.url, headers)).status, 404)
    t.match(await get(looks[2]!.url, headers), { status: 200, body: { unit: 'H56-381', status: 4, history: { length: 1 } } })
    t.equal((await get(`${looks[2]!.url}&unit=H56-380`)).status, 404)
    t.equal((await get(`${looks[2]!.url}&unit=H56-381`)).status, 200)
  })

  t.test('is not asked of what is yet to come, nor named by who deletes', async t => {
    t.match(await get(`/v1/dossiers/${CODE}?as_known_at=2099-01-01T00:00:00Z`), {
      status: 400, body: { errors: [{ pointer: '/query/as_known_at', code: 'out_of_range', detail: /yet to come/ }] }
    })
    t.match(await remove(`/v1/dossiers/${CODE}?as_known_at=2021-01-01T00:00:00Z`), {
      status: 400, body: { errors: [{ code: 'unknown_property' }] }
    })
  })
})
