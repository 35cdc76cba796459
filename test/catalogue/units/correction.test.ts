import { givenClient } from '../../client.ts'
import { forEachDatabase } from '../../database.ts'

const reason = { 'x-reason': 'typing error' }
const DOCUMENT = { number: '12/NQ-HĐND', date: '2022-12-10', issuer: 'Hội đồng nhân dân tỉnh' }

forEachDatabase('what was always wrong with a unit', async (t, service) => {
  const { get, put, post } = service
  const correct = (code: string, body: object, headers: Record<string, string> = reason) => put(`/v1/units/${code}`, body, headers)
  const rename = (day: string, name: string) => post('/v1/unit-changes', {
    effective_on: day, document: DOCUMENT, events: [{ type: 'rename', unit: 'H56-14761', name }]
  })
  await rename('2022-01-01', 'Phường Nam Ngạnn')
  await post('/v1/unit-changes', {
    effective_on: '2023-01-01', document: DOCUMENT, events: [{ type: 'move', unit: 'H56-14761', parent: 'H56-381' }]
  })
  await rename('2024-01-01', 'Phường Nam Mới')
  const namesNow = async () => (await get('/v1/units/H56-14761')).body.versions.map(({ name }: { name: string }) => name)

  t.test('is corrected with a reason, in all versions that took it over', async t => {
    t.match(await correct('H56-14761?as_of=2023-06-01', { name: 'x' }, {}), { status: 400, body: { errors: [{ pointer: '/headers/x-reason' }] } })
    t.match(await correct('H56-14761?as_of=2023-06-01', { name: 'Phường Nam Ngạn' }), { status: 200, body: { name: 'Phường Nam Ngạn' } })
    t.same(await namesNow(), ['Phường Nam Ngạn', 'Phường Nam Ngạn', 'Phường Nam Ngạn', 'Phường Nam Mới'])
    t.equal((await get('/v1/units?q=nam+ngan&as_of=2022-06-01&level=commune')).body.items.length, 1)
    t.match((await correct('H56-14761?as_of=2010-01-01', { name: 'Phường Nam Cũ' })).body, { name: 'Phường Nam Cũ' }, 'as it was first')
    t.match(await correct('H56-14761', { kind: 'commune', reports_dossiers: false }), { body: { kind: 'commune', reports_dossiers: false } })
    t.match((await get('/v1/units?q=nam+moi')).body.items, [{ id: 'H56-14761', kind: 'commune' }])
    t.match((await get('/v1/changes?resource=units')).body.items.at(-1), { action: 'updated', key: { id: 'H56-14761' } })
    t.equal((await correct('H56-14761', { kind: 'commune' })).status, 200, 'again, which changes nothing')
    t.equal((await correct('H56-14761', {})).status, 400)
    t.equal((await correct('H56-99999', { kind: 'commune' })).status, 404)
  })

  t.test('is corrected by a key that stands above it', async t => {
    const { headers } = await givenClient(service, 'city', { scopes: ['write:catalogue', 'read'], unit: 'H56-380' })
    t.match(await correct('H56-14758', { kind: 'ward' }, { ...headers, ...reason }), { status: 200, body: { kind: 'ward' } })
    t.equal((await correct('H56-381', { kind: 'ward' }, { ...headers, ...reason })).status, 404)
  })

  t.test('is what other systems call it, and when', async t => {
    const aliases = [
      { source: 'mc', code: '000.17.22.H56', valid_from: '2021-01-01', valid_to: '2022-12-31' }, { source: 'mc', code: 'old', valid_to: null }
    ]
    t.match((await correct('H56-380', { aliases })).body, { aliases: ['mc:000.17.22.H56', 'mc:old'] })
    t.match((await correct('H56-381', { aliases: [{ source: 'mc', code: 'H56.22.17', valid_from: '2023-01-01' }] })).body.dated_aliases,
      [{ code: 'H56.22.17', valid_from: '2023-01-01', valid_to: null }])
    const named = async (name: string) => (await get(`/v1/units/${name}`)).body.id
    for (const code of ['mc:000.17.22.H56', 'mc:H56.22.17', '000.17.22.H56', 'H56.22.17']) {
      t.same([await named(`${code}?as_of=2022-06-01`), await named(`${code}@2023-06-01`)], ['H56-380', 'H56-381'], code)
    }
    t.equal(await named('H56.22'), undefined)
    t.match((await correct('H56-382', { aliases: [{ source: 'mc', code: 'H56.22.17' }] })).body.errors, [{ pointer: '/aliases/0', code: 'alias_taken' }])
    t.match((await correct('H56-382', { aliases: [{ source: 'mc', code: 'a' }, { source: 'mc', code: 'a' }] })).body.errors, [{ code: 'alias_taken' }, { code: 'alias_taken' }])
    t.match((await correct('H56-382', { aliases: [{ source: 'mc', code: 'a', valid_to: '2001-01-01' }] })).body.errors, [{ pointer: '/aliases/0/valid_to', code: 'out_of_range' }])
    t.match((await correct('H56-382', { aliases: [] })).body, { aliases: [] })
  })

  t.test('is no national code that another unit has, under whatever source', async t => {
    const taken = { status: 422, body: { errors: [{ code: 'alias_taken' }] } }
    for (const code of ['H56.22.17', '000.17.22.H56', '00.17.22.H56', 'H56.22.17.000']) {
      t.match(await correct('H56-382', { aliases: [{ source: 'evil', code }] }), taken, code)
      const unit = { code: 'H56-NEW', name: 'x', kind: 'commune', level: 'commune', reports_dossiers: true }
      const alias = { parent: 'H56-382', aliases: [`evil:${code}`] }
      t.match(await post('/v1/units', { items: [{ ...unit, ...alias, valid_from: '2022-01-01' }] }), taken, code)
      t.match(await post('/v1/unit-changes', {
        effective_on: '2023-01-01', document: DOCUMENT, events: [{ type: 'create', unit: { ...unit, ...alias } }]
      }), taken, code)
    }
    const both = [{ source: 'mc', code: 'H56.22.99' }, { source: 'other', code: '000.99.22.H56' }]
    t.match(await correct('H56-382', { aliases: both }), { status: 200, body: { aliases: ['mc:H56.22.99', 'other:000.99.22.H56'] } })
    t.match(await correct('H56-384', { aliases: [{ source: 'other', code: 'H56.22.17', valid_from: '2020-01-01', valid_to: '2020-12-31' }] }),
      { status: 200 }, 'in days when no other had it')
  })
})
