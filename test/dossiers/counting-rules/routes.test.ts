import { KEPT_RULES } from '../../../src/dossiers/counting-rules/kept.ts'
import { forEachDatabase } from '../../database.ts'

const OURS = { code: 'ours', valid_from: '2021-01-01', name: 'Theo ngày', source: 'Quy chế một cửa' }

forEachDatabase('counting rules', async (t, { get, post }) => {
  const sent = async (...items: object[]) => {
    const { status, body } = await post('/v1/counting-rules?mode=partial', { items })
    const { created, updated, unchanged, errors } = body
    return { status, created, updated, unchanged, errors: errors?.map(({ pointer, code }: { pointer: string, code: string }) => `${pointer} ${code}`) }
  }

  t.test('come with the service, with what they choose and where that is from', async t => {
    const { body: { items } } = await get('/v1/counting-rules')
    t.match(items, [
      { code: 'default', version: 1, built_in: true, kept: true, due_until: 'due_instant', stopped: 'ended' },
      { code: 'local-06a', due_until: 'end_of_due_day', stopped: 'open_in_time' },
      { code: 'portal-766', open_supplement: 'request_is_end', repeated_request: 'overdue' }
    ])
    const ofCode = Object.fromEntries(items.map((item: { code: string }) => [item.code, item]))
    t.same(items.filter(({ kept }: { kept: boolean }) => kept).map(({ code }: { code: string }) => code), ['default', 'portal-766'])
    for (const { code, choices: { no_due_date: _, ...choices } } of KEPT_RULES) {
      t.match(ofCode[code], { kept: true, ...choices })
    }
  })

  t.test('are posted, and other choices are another version from a later day on', async t => {
    t.match(await sent(OURS), { created: 1, errors: [] })
    t.match(await sent(OURS), { unchanged: 1 })
    t.match(await sent({ ...OURS, name: 'Tính theo ngày' }), { updated: 1 })
    t.match(await sent({ ...OURS, withdrawn: 'on_time' }), { errors: ['/items/0/withdrawn other_content'] })
    t.match(await sent({ ...OURS, valid_from: '2020-01-01' }), { errors: ['/items/0/valid_from changed_later'] })
    const next = { ...OURS, valid_from: '2022-01-01', withdrawn: 'on_time' }
    t.match(await sent(next, next), { created: 0, errors: ['/items/0 duplicate_key', '/items/1 duplicate_key'] })
    t.match(await sent(next, { ...next, valid_from: '2023-01-01' }), { created: 2 })
    t.match((await get('/v1/counting-rules?code=ours')).body.items, [
      { version: 1, valid_from: '2021-01-01', withdrawn: 'by_end', built_in: false, kept: true },
      { version: 2, valid_from: '2022-01-01', withdrawn: 'on_time', kept: false }, { version: 3 }
    ])
  })

  t.test('of the service cannot be changed, nor may others have ways that there are not', async t => {
    t.match(await sent({ ...OURS, code: 'default' }), { errors: ['/items/0/code built_in_rules'] })
    t.match(await sent({ ...OURS, withdrawn: 'never' }), { errors: ['/items/0/withdrawn not_allowed'] })
  })
})
