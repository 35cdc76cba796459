import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'

const ROOT = new URL('..', import.meta.url).pathname
const { scripts, main, engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>
  main: string
  engines: { node: string }
}

t.test('a Node.js that cannot read TypeScript says in one line what is needed', async t => {
  for (const name of ['start', 'client', 'setup', 'recount']) {
    const [command, ...options] = scripts[name]!.split(' ')
    t.equal(command, 'node')
    await t.rejects(promisify(execFile)(process.execPath, ['--no-experimental-strip-types', ...options]), {
      code: 1, stdout: '',
      stderr: /^Node\.js 24 is needed, and this is v[^\n]+ npm rebuild node --ignore-scripts=false\n$/
    }, name)
  }
})

/** Without what watches the tests, which may ask for more than an old Node.js has. */
const env = { ...process.env, NODE_OPTIONS: '' }

/** Says whether it reads TypeScript, and which signals it gets until it ends with 3. */
const SERVICE = `
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => { console.log(signal) })
process.on('SIGHUP', () => { process.exit(3) })
setInterval(() => {}, 1_000)
console.log('started ' + process.features.typescript)`

/** This Node.js as one that is too old, and where the machine has one that really is, that. */
const OLD: Record<string, string[]> = { 'this one as if it were old': [process.execPath, '--no-experimental-strip-types'] }
for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
  const node = join(folder, 'node')
  const { stdout } = await promisify(execFile)(node, ['-p', 'process.version + " " + process.features.typescript'], { env })
    .catch(() => ({ stdout: '' }))
  if (/^v2[0-9]\S+ (undefined|false)$/.test(stdout.trim())) OLD[stdout.trim()] = [node]
}

/** The package with another service in it, and this Node.js as its own; `own`: what that is instead, null: nothing. */
async function packageOf (t: Test, own: string | null): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cchc-test-'))
  t.teardown(() => rm(folder, { recursive: true }))
  for (const file of ['package.json', main, 'src/node-version.cjs']) await cp(join(ROOT, file), join(folder, file))
  await writeFile(join(folder, 'src/server.ts'), SERVICE)
  if (own === null) return folder
  const bin = join(folder, 'node_modules/node/bin')
  await mkdir(bin, { recursive: true })
  await writeFile(join(bin, 'node'), own)
  await chmod(join(bin, 'node'), own === '' ? 0o600 : 0o700)
  return folder
}

const THIS = `#!/bin/sh\nexec ${process.execPath} "$@"`

t.test('node . starts the service, passes signals on to it and ends as it does, under any Node.js', async t => {
  for (const [name, [node, ...flags]] of Object.entries({ ...OLD, 'this one': [process.execPath] })) {
    const service = spawn(node!, [...flags, await packageOf(t, THIS)], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    t.teardown(() => service.kill('SIGKILL'))
    const said = service.stdout[Symbol.asyncIterator]()
    const next = async () => String((await said.next()).value)
    t.equal(await next(), 'started strip\n', name)
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      service.kill(signal)
      t.equal(await next(), `${signal}\n`, name)
    }
    const ended = once(service, 'exit')
    service.kill('SIGHUP')
    t.same(await ended, [3, null], name)
  }
})

t.test('node . says in one line what is missing, where it finds no Node.js that can run the service', async t => {
  for (const [name, [node, ...flags]] of Object.entries(OLD)) {
    const start = async (own: string | null) => promisify(execFile)(node!, [...flags, await packageOf(t, own)], { env })
    await t.rejects(start(null), { code: 1, stdout: '', stderr: /^Node\.js 24 is needed, and this is v[^\n]+\n$/ }, name)
    const broken = /^the Node\.js of node_modules does not run: [^\n]+EACCES\n$/
    await t.rejects(start(''), { code: 1, stdout: '', stderr: broken }, name)
  }
})

t.test('npm is not asked to warn of a Node.js under which the service starts', async t => {
  t.equal(engines.node, '>=20')
})
