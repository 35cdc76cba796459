import { readFile } from 'node:fs/promises'
import { sql } from 'kysely'
import t from 'tap'
import { main as client } from '../../../src/access/clients/cli.ts'
import { connect } from '../../../src/database/connect.ts'
import { main } from '../../../src/seed/provinces/cli.ts'
import { configureCopy } from '../../copies.ts'
import { copyTemplate } from '../../embedded.ts'
import { launch, listening, runHere } from '../../process.ts'
import { EMPTY_DIR } from '../../template.ts'

const README = new URL('../../../README.md', import.meta.url)
const BASE = 'http://127.0.0.1:3000'

function setup (settings: Record<string, string>, ...args: string[]) {
  return runHere(main, settings, ...args)
}

/** The commands of a section: what stands in its code blocks. */
async function commandsOf (title: string): Promise<string> {
  const [, section = ''] = new RegExp(`^## ${title}\n([\\s\\S]*?)^## `, 'm').exec(await readFile(README, 'utf8'))!
  return [...section.matchAll(/^```\n([\s\S]*?)^```/gm)].map(([, block]) => block).join('')
}

t.test('a newcomer who follows the README sets a province up from nothing, posts, and is answered', async t => {
  const commands = await commandsOf('Set up your province')
  const [, name = '', code = ''] = /^npm run setup -- --province "(.+)" --code (\w+)$/m.exec(commands)!
  const DATA_DIR = await copyTemplate(t, EMPTY_DIR)
  const dry = await setup({ DATA_DIR }, '--province', name, '--code', code, '--dry-run')
  t.match(dry, { code: 0, errors: '', log: /^would add Tỉnh Nghệ An as H41:\n[^]* {2}units: 131\n[^]*would make a key/ })
  t.notMatch(dry.log, /cchc_|next:/)
  const args = ['--province', name, '--code', code]
  const done = await launch({ DATA_DIR }, { script: 'src/seed/provinces/cli.ts', args, isCounted: true }).ended
  t.match(done, { code: 0, errors: '', log: /^added Tỉnh Nghệ An as H41:\n {2}levels: 2\n {2}units: 131\n[^]*19\/2025\/QĐ-TTg[^]*next: npm start/ })
  const [key] = /cchc_\w+_[\w-]+/.exec(done.log)!

  const service = launch({ DATA_DIR })
  t.teardown(() => { service.child.kill('SIGKILL') })
  const base = await listening(service)
  t.notMatch(service.written.log, /cchc_/, 'there is an administrator already')
  const answers = []
  for (const [command] of commands.matchAll(/^curl .*(?:\n +.*)*/gm)) {
    const [url] = new RegExp(`${BASE}[^' ]+`).exec(command)!
    const body = /-d '([^']*)'/.exec(command)?.[1]
    const post = { method: 'POST', body: body!, headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' } }
    const answer = await fetch(url.replace(BASE, base), body === undefined ? {} : post)
    answers.push({ status: answer.status, body: /json/.test(answer.headers.get('content-type')!) ? await answer.json() as object : null })
  }
  t.match(answers, [
    { status: 200, body: { items: [{ code: 'H41-16681', name: 'Phường Thành Vinh' }] } },
    { status: 200, body: { created: 1, rejected: 0 } },
    { status: 200, body: { created: 2, rejected: 0 } },
    { status: 200, body: { items: [{ unit: 'H41-16681', numerator: 1, denominator: 2, on_time_percent: 50 }] } },
    { status: 200, body: null }
  ])
  t.match(await (await fetch(`${base}/v1/units?parent=H56`)).json(), { status: 400, code: 'invalid_request' }, 'the sample was not loaded over it')
  service.child.kill('SIGTERM')
  t.match(await service.ended, { code: 0, errors: '' })
})

t.test('a second province joins the sample; who has lost all its keys is told the one command that makes another', async t => {
  const { address, settings } = await configureCopy(t)
  const again = () => setup(settings, '--province', 'thanh pho hue', '--code', 'H57')
  /** A process has the database for itself. */
  const inDatabase = async (statement: ReturnType<typeof sql>) => {
    const { db, close } = connect(address, { max: 1, onLost: () => {} })
    await statement.execute(db)
    await close()
  }
  // As the shell splits it, which takes quotes away.
  const advised = (log: string) => {
    const [, command = ''] = /: npm run client -- (.+)$/m.exec(log)!
    return [...command.matchAll(/"([^"]+)"|\S+/g)].map(([word, quoted]) => quoted ?? word)
  }
  t.match(await setup(settings, '--province', '46', '--code', 'H57'), {
    code: 0, errors: '', log: /^added Thành phố Huế as H57:\n {2}units: 41\nunits are[^]*\nthis database holds the sample of Thanh Hóa of 2021 as well\n[^]*cchc_/
  })
  t.match(await setup(settings, '--province', 'Thanh Hóa', '--code', 'H56'), {
    code: 1, log: '', errors: /^H56 has the units from before 2025-07-01 [^\n]*\n$/
  })

  await inDatabase(sql`update client_keys set revoked_at = now() where client = 'admin-h57'`)
  const revoked = await again()
  t.match(revoked, { code: 0, errors: '', log: /^unchanged: [^]*\nthe administrator admin-h57 has no key that is valid; make one: .*\n/ })
  t.same(advised(revoked.log), ['key', 'admin-h57'])

  await inDatabase(sql`update clients set expires_at = '2021-01-01' where code = 'admin-h57'`)
  const expired = await again()
  t.match(expired, { code: 0, errors: '', log: /\nthe client admin-h57 has expired or does not administer H57; [^\n]*\n/ })
  const made = await runHere(client, settings, ...advised(expired.log))
  t.match(made, { code: 0, log: /cchc_/, errors: '' })
  const last = await again()
  t.match(last, { code: 0, errors: '', log: /^unchanged: Thành phố Huế is set up as H57\nthis database [^\n]*\nnext: / })
})

t.test('what cannot be is refused in one line', async t => {
  for (const [args, errors] of [
    [[], /^npm run setup -- --province /],
    [['--province', 'Nghệ An'], /^npm run setup -- --province /],
    [['--province', 'Nghệ An', '--code', 'H64'], /^H64 is not a national identifier of a province, from H01 to H63\n$/],
    [['--province', 'Nghệ An', '--code', 'h41'], /^h41 is not a national identifier/],
    [['--province', 'Nge An', '--code', 'H41'], /^there is no province Nge An .* nearest name is Tỉnh Nghệ An\n$/],
    [['--city', 'Huế'], /^Unknown option '--city'/]
  ] as const) {
    const refused = await setup({ DATA_DIR: 'none' }, ...args)
    t.match(refused, { code: 1, log: '', errors })
    t.match(refused.errors, /^[^\n]+\n$/, args.join(' '))
  }
})
