import t from 'tap'
import { main } from '../../../src/access/clients/cli.ts'
import { configureCopy } from '../../copies.ts'
import { launch, runHere } from '../../process.ts'

t.test('at the command line', async t => {
  const { settings } = await configureCopy(t)
  const run = (...args: string[]) => runHere(main, settings, ...args)

  await t.test('a client is made with its first key, under a code that follows from its name', async t => {
    const args = [
      'create', '--name', 'Kho dữ liệu (Sở Nội vụ)', '--unit', 'H56-380', '--scopes', 'read,write:statistics',
      '--source', 'one-stop', '--requests-per-minute', '60', '--expires-at', '2100-01-01T00:00:00Z'
    ]
    const { code, log, errors } = await launch(settings, { script: 'src/access/clients/cli.ts', args, isCounted: true }).ended
    t.same([code, errors], [0, ''])
    t.match(log, /^client kho-du-lieu-so-noi-vu\nkey id [0-9a-f]{16}\nkey cchc_/)
    t.match(log, /cchc_[0-9a-f]{16}_[A-Za-z0-9_-]{43}, shown once\n$/)
  })

  t.test('it gets another key, which can be revoked; the list tells all but the secrets', async t => {
    const { code, log, errors } = await run('key', 'tests')
    t.same([code, errors], [0, ''])
    const [, id] = /^key id ([0-9a-f]{16})\nkey cchc_/.exec(log)!
    t.match(await run('revoke', 'tests', id!), { code: 0, log: `key ${id} is revoked since 20`, errors: '' })
    const list = await run('list')
    t.match(list, { code: 0, errors: '' })
    t.match(list.log, /^kho-du-lieu-so-noi-vu: Kho dữ liệu \(Sở Nội vụ\); read,write:statistics; unit H56-380; source/m)
    t.match(list.log, /^tests: Tests; read,.*,admin,metrics; unit any; source none$/m)
    t.match(list.log, new RegExp(`^  ${id} last used never, revoked 20`, 'm'))
    t.notMatch(list.log, 'cchc_')
  })

  t.test('what cannot be is refused in words', async t => {
    for (const [names, errors] of [
      [[], /^npm run client -- create/],
      [['destroy'], /^npm run client -- create/],
      [['list', '--all'], /^Unknown option '--all'/],
      [['create', '--scopes', 'everything', '--requests-per-minute', 'many'],
        /^not a client:\n {2}name: [^]*\n {2}scopes\/0: .*must be one of [^]*requests_per_minute: [^]*\n {2}code: /],
      [['create', '--name', 'x', '--unit', 'H56-999'], /there is no unit H56-999/],
      [['create', '--name', 'x', '--scopes', 'write:statistics'], /a client that posts figures has a source/],
      [['key', 'none'], /^there is no client "none"\n$/],
      [['revoke', 'tests', 'none'], /^there is no key "none"\n$/]
    ] as const) {
      const refused = await run(...names)
      t.equal(refused.code, 1, names.join(' '))
      t.match(refused.errors, errors)
      t.notMatch(refused.errors, /^ +at /m, 'without a stack')
      t.equal(refused.log, '')
    }
  })
})
