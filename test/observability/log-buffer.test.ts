import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { promisify } from 'node:util'
import t from 'tap'
import { logBuffer } from '../../src/observability/log-buffer.ts'

const MODULE = new URL('../../src/observability/log-buffer.ts', import.meta.url).href

/** What a process that logs like this writes. @param shell runs it by `"$0" "$@"` */
async function run (script: string, shell = 'exec "$0" "$@"') {
  const code = `import { logBuffer } from '${MODULE}'
    const log = logBuffer(process.stdout, reason => { console.error(reason) }); ${script}`
  return promisify(execFile)('sh', ['-c', shell, process.execPath, '--input-type=module', '-e', code])
}

async function written (script: string): Promise<string> {
  return (await run(script)).stdout
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

t.test('a full disk loses lines, which are counted, and later lines are tried again', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'cchc-test-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const file = join(folder, 'log')
  const script = `
    const { truncateSync } = await import('node:fs')
    process.on('SIGXFSZ', () => {})
    const write = async text => { log.write(text + '\\n'); log.flushSync(); await new Promise(setImmediate) }
    await write('before'.padEnd(4_095)); await write('x'.repeat(99)); await write('y'.repeat(99))
    truncateSync('${file}', 0)
    await write('after'); await log.close(); console.error(log.lost)`
  const { stderr } = await run(script, `ulimit -f 8 && exec "$0" "$@" >> ${file}`)
  t.equal(stderr, 'EFBIG: file too large, write\n2\n', 'said once')
  t.equal(await readFile(file, 'utf8'), 'after\n')
})

t.test('a standard output that is closed for writing ends nothing', async t => {
  const { stderr } = await run('log.write("a\\n"); log.write("b\\n"); await log.close(); console.error(log.lost)', 'exec "$0" "$@" 1< "$0"')
  t.equal(stderr, 'EBADF: bad file descriptor, write\n2\n')
})

t.test('what a reader does not read waits up to a bound, and the rest is lost', async t => {
  const reasons: string[] = []
  const read: string[] = []
  const stalled = new Writable({ decodeStrings: false, write (text) { read.push(String(text)) } })
  const log = logBuffer(stalled, reason => { reasons.push(reason) })
  const line = `${'x'.repeat(4_095)}\n`
  for (let i = 0; i < 300; i++) log.write(line)
  t.equal(log.lost, 300 - 257)
  t.ok(stalled.writableLength < 1_100_000)
  await log.close()
  t.equal(log.lost, 300, 'at the end all that waits is lost')
  t.same(reasons, ['it is not read, or too slowly'])
  t.equal(read.length, 1)
})
