import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { addRules } from '../../../src/reports/rules/store.ts'
import type { Rule } from '../../../src/reports/rules/schema.ts'
import { SHIPPED_VERSION, shippedRules } from '../../../src/seed/rules/shipped.ts'
import { givenClient } from '../../client.ts'
import { forEachDatabase } from '../../database.ts'
import { constant, input, ruleOf } from '../checks/given.ts'

/** Where this differs, SHIPPED_VERSION goes up by one: otherwise servers that have the rules keep them as they were. */
const HASH_OF_VERSION_2 = '5c39108979baa186ac5b275b4c93ce3bcb69b6f7fdbb9c3cee0ca74ed7b84b9d'

forEachDatabase('rules that reports are checked by', async (t, service) => {
  const { get, post, db } = service
  const codes = async (query: string) => (await get(`/v1/rules?${query}`)).body.items.map(({ code }: { code: string }) => code)

  t.test('are on every server that has their form, and sound', async t => {
    const { items } = (await get('/v1/rules')).body
    t.same(items.map(({ code }: { code: string }) => code), shippedRules().map(({ code }) => code))
    t.match((await post('/v1/rules', { items })).body, { received: items.length, unchanged: items.length })
    t.same(new Set(items.map(({ kind }: { kind: string }) => kind)).size, 11, 'there is one of every kind')
  })

  t.test('are added where they are missing, and stay as an administrator changed them', async t => {
    const [first, second] = shippedRules() as [Rule, Rule]
    await sql`delete from rules where code = ${first.code}`.execute(db)
    t.match(await post('/v1/rules', { items: [{ ...second, severity: 'warning', note: 'own' }] }), { body: { updated: 1 } })
    await addRules(db, [...shippedRules(), { ...first, code: 'of-another', form: 'another' }], SHIPPED_VERSION)
    await addRules(db, shippedRules(), SHIPPED_VERSION)
    const { items } = (await get('/v1/rules?limit=2')).body
    t.match(items, [{ code: first.code }, { code: second.code, severity: 'warning', note: 'own' }])
    t.equal((await codes('')).length, shippedRules().length, 'those of a form that is not there wait for it')
  })

  t.test('are replaced by a later version that comes with the service, but for those that were posted', async t => {
    const [first, second] = shippedRules() as [Rule, Rule]
    const later = shippedRules().map(rule => ({ ...rule, note: 'later' }))
    const noteOf = async (code: string) => (
      (await db.selectFrom('rules').select('note').where('code', '=', code).executeTakeFirstOrThrow()).note)
    await addRules(db, later, SHIPPED_VERSION)
    t.not(await noteOf(first.code), 'later', 'of the same version nothing changes')
    await addRules(db, later, SHIPPED_VERSION + 1)
    t.equal(await noteOf(first.code), 'later')
    t.equal(await noteOf(second.code), 'own')
    await addRules(db, shippedRules(), SHIPPED_VERSION)
    t.equal(await noteOf(first.code), 'later', 'a service that is older brings nothing back')
    await sql`update rules set shipped_version = 1`.execute(db)
    await addRules(db, shippedRules(), SHIPPED_VERSION)
    t.equal(await noteOf(second.code), second.note)
  })

  t.test('have another version once one of them has changed', async t => {
    const hash = createHash('sha256').update(JSON.stringify(shippedRules())).digest('hex')
    t.same([SHIPPED_VERSION, hash], [2, HASH_OF_VERSION_2])
  })

  t.test('are listed by form, kind, severity and day', async t => {
    const ofDossiers = shippedRules().filter(({ form }) => form === null).map(({ code }) => code)
    t.same(await codes('form=other'), ofDossiers)
    t.same(await codes('kind=hull'), ['cchc-2021-on-time-within-levels', 'cchc-2021-on-time-within-two-levels'])
    t.same(await codes('kind=hull&as_of=2025-06-30'), ['cchc-2021-on-time-within-levels'])
    t.same(await codes('kind=hull&as_of=2025-07-01'), ['cchc-2021-on-time-within-two-levels'])
    t.same(await codes('kind=hull&severity=warning'), [])
    t.match(await get('/v1/rules?kind=guess'), { status: 400, body: { errors: [{ pointer: '/query/kind/0', code: 'not_allowed' }] } })
  })

  t.test('are created, updated and unchanged as a whole', async t => {
    const send = async (given: object) => (await post('/v1/rules', { items: [ruleOf(given)] })).body
    t.match(await send({}), { created: 1 })
    t.match(await send({ right: { value: 10, measure: 'count', op: 'constant' } }), { unchanged: 1 }, 'whatever the order of properties')
    t.match(await send({ indicators: ['2.1', '2.2'], left: input('each'), tolerance: 0.5, valid_to: '2021-12-31' }), { updated: 1 })
    const stored = (await get('/v1/rules?limit=10000')).body.items.find(({ code }: { code: string }) => code === 'own')
    t.match(stored, { indicators: ['2.1', '2.2'], tolerance: 0.5, valid_to: '2021-12-31', note: null, right_to: null })
    t.match((await post('/v1/rules', { items: [stored] })).body, { unchanged: 1 })
  })

  t.test('are common to all provinces', async t => {
    const { headers } = await givenClient(service, 'of-province', { scopes: ['write:catalogue'], unit: 'H56' })
    t.match(await post('/v1/rules', { items: [ruleOf({})] }, headers), { status: 403, body: { code: 'forbidden_rows' } })
  })
})

forEachDatabase('a rule that is at fault', async (t, { post }) => {
  const faults = async (...items: unknown[]) => {
    const { status, body } = await post('/v1/rules?dry_run=true', { items })
    return status === 200 ? [] : body.errors.map(({ pointer, code }: Record<string, string>) => `${pointer} ${code}`).toSorted()
  }
  const at = '/items/0'
  const left = (formula: unknown, given: object = {}) => faults(ruleOf({ left: formula, ...given }))

  t.test('is refused where its formulas name what is not there', async t => {
    t.same(await left({ op: 'sum', of: [input('3.1.1'), input('9.9')] }), [`${at}/left/of/1/name unknown_input`])
    t.same(await faults(ruleOf({ right: input('3') })), [`${at}/right/name unknown_input`], 'a heading has no number')
    const others = [
      'each', 'before/each', 'unchanged', 'compared', '3.1.1/numerator', '5.1.1', '5.1.1/part', 'before/5.1.1/numerator', 'before/1.4.2',
      'dossiers/guess', 'dossiers/guess/received', 'dossiers/commune/received/x', 'dossiers', 'parts/dossiers/received', 'before/records/received',
      'guess/3.1.1', 'before/before/3.1.1', 'before', 'before/', '3.1.1/'
    ]
    for (const name of others) t.same(await left(input(name)), [`${at}/left/name unknown_input`], name)
    t.same(await left(input('each/numerator'), { indicators: ['3.1.1'] }), [`${at}/left/name unknown_input`])
    t.same(await left(input(' 3.1.1')), [`${at}/left/name malformed`])
    t.same(await left({ op: 'choice', name: '1.4.2', points: { 0: 1 } }), [`${at}/left/points missing`, `${at}/left/points missing`])
    t.same(await left(input('1.4.2')), [`${at}/left/name invalid_type`])
  })

  t.test('is taken where they do', async t => {
    const names = [
      '5.1.1/numerator', 'before/3.1.1', 'opening/3.1.1', 'parts/3.1.1', 'median/3.1.1', 'mad/3.1.1', 'dossiers/received',
      'before/dossiers/received', 'opening/dossiers/commune/pending', 'records/district/resolved'
    ]
    for (const name of names) t.same(await left(input(name)), [], name)
  })

  t.test('is refused where what it compares has no one measure', async t => {
    t.same(await left(input('3.4.1')), [`${at}/right measures_differ`])
    t.same(await left({ op: 'ratio', numerator: input('3.1.1'), denominator: input('3.1.3') }), [`${at}/right measures_differ`])
    t.same(await left({ op: 'sum', of: [input('3.1.1'), input('3.4.1')] }), [`${at}/left measures_differ`])
    t.same(await left(input('3.1.1'), { right: constant(1, 'count'), comparison: 'between', right_to: { op: 'constant', value: 1 } }),
      [`${at}/right_to measures_differ`])
    t.same(await left(input('each'), { indicators: ['3.1.1', '3.4.1'] }), [`${at}/indicators/1 measures_differ`])
  })

  t.test('is refused where its indicators are none of its form, or no numbers', async t => {
    t.same(await left(input('each'), { indicators: ['9.9', '3.1.1', '1.4.2'] }),
      [`${at}/indicators/0 unknown_indicator`, `${at}/indicators/2 value_of_other_type`])
    t.same(await faults(ruleOf({ indicators: ['3.1.1'] })), [`${at}/indicators not_allowed`], 'no formula is about them')
    t.same(await left({ op: 'sum', of: [input('each'), input('unchanged')] }, { indicators: ['3.1.1'] }), [`${at}/indicators not_allowed`])
    t.same(await left(input('each'), { indicators: [] }), [`${at}/indicators missing`])
    t.same(await left(input('3.1.1'), { form: null }), [`${at}/left/name unknown_input`], 'a rule for any form has no indicators')
    t.same(await left(input('dossiers/received'), { form: null }), [])
  })

  t.test('is refused for its form, its days, its tolerance and its second bound', async t => {
    t.same(await faults(ruleOf({ form: 'none' })), [`${at}/form unknown_form`])
    t.same(await faults(ruleOf({ valid_to: '2020-12-14' })), [`${at}/valid_to out_of_range`])
    t.same(await faults(ruleOf({ tolerance: 0.0000001 })), [`${at}/tolerance out_of_range`])
    t.same(await faults(ruleOf({ tolerance: -1 })), [`${at}/tolerance out_of_range`])
    t.same(await faults(ruleOf({ comparison: 'between' })), [`${at}/right_to missing`])
    t.same(await faults(ruleOf({ right_to: constant(20, 'count') })), [`${at}/right_to not_allowed`])
  })

  t.test('is refused where a message names a figure that it has not', async t => {
    t.same(await faults(ruleOf({ message_vi: 'Có {lft}', message_en: '{3.1.2} {each} {left}' })),
      [`${at}/message_en unknown_input`, `${at}/message_en unknown_input`, `${at}/message_vi unknown_input`])
    t.same(await faults(ruleOf({ message_en: '{3.1.1} {difference} {}' })), [])
  })

  t.test('is refused beside another of its code, and where it is no rule', async t => {
    t.same(await faults(ruleOf({}), ruleOf({})), ['/items/0 duplicate_key', '/items/1 duplicate_key'])
    t.same(await faults(ruleOf({ left: 7, kind: 'guess', extra: 1 })), [`${at}/extra unknown_property`, `${at}/kind not_allowed`, `${at}/left invalid_type`])
    t.same(await left({ op: 'guess' }), [`${at}/left/op unknown_operator`])
    t.same(await left({ op: 'cap', value: input('3.1.1'), at_most: 'x' }), [`${at}/left/at_most invalid_type`])
  })
})
