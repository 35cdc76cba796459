import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import t from 'tap'

const MODULE = new URL('../../src/observability/log-buffer.ts', import.meta.url).href

/** What a process that logs like this writes. */
async function written (script: string): Promise<string> {
  const code = `import { logBuffer } from '${MODULE}'; const log = logBuffer(); ${script}`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code])
  return stdout
}

t.test('a log has every line once and in order, to the last before the process ends', async t => {
  const lines = Array.from({ length: 3_000 }, (_, i) => `{"line":${i}}\n`)
  t.equal(await written('for (let i = 0; i < 3000; i++) log.write(`{"line":${i}}\\n`)'), lines.join(''))
  t.equal(await written('log.write("bye\\n"); process.exit(0)'), 'bye\n')
  t.equal(await written(''), '')
})

t.test('a line is there after a second, however few there are', async t => {
  const script = 'log.write("first\\n"); setTimeout(() => process.kill(process.pid, "SIGKILL"), 2500)'
  const killed = await written(script).catch((error: unknown) => error)
  t.match(killed, { signal: 'SIGKILL', stdout: 'first\n' })
})

t.test('what is fatal is there before anything else can happen', async t => {
  const script = `const { pino } = await import('pino'); const logger = pino({ base: null, timestamp: false }, log)
    logger.info('first'); logger.fatal('last'); process.kill(process.pid, 'SIGKILL')`
  const killed = await written(script).catch((error: unknown) => error)
  t.match(killed, { signal: 'SIGKILL', stdout: /first.*\n.*last/ })
})
