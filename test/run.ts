// Runs tap on the PostgreSQL that npm brings, where TEST_DATABASE_URL names no other server. It takes half of the time
// that the embedded database takes.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { startNpmPostgres } from './npm-postgres.ts'

const TAP = new URL('../node_modules/.bin/tap', import.meta.url).pathname

const server = process.env['TEST_DATABASE_URL'] === undefined ? await startNpmPostgres().catch(explain) : undefined
const env = server === undefined ? process.env : { ...process.env, TEST_DATABASE_URL: server.url }
const tests = spawn(process.execPath, [TAP, ...process.argv.slice(2)], { env, stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => { tests.kill(signal) })
const [code] = await once(tests, 'exit') as [number | null]
await server?.end()
process.exitCode = code ?? 1

function explain (error: unknown): undefined {
  console.error(`the PostgreSQL of npm does not run here, so the tests run on the embedded database: ${String(error)}`)
}
