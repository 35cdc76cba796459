import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { servedCopy } from './embedded.ts'
import { launch, listening, type Launched } from './process.ts'
import { ADMIN_KEY } from './template.ts'

// Whatever happens to its log, the service answers and ends as usual.

const DRAINED_WITHIN = 10_000

t.jobs = 3

async function start (t: Test, { settings = {}, shell = 'exec "$0" "$@"' } = {}): Promise<Launched> {
  const launched = launch({ ...await servedCopy(t), ...settings }, { shell })
  t.teardown(() => { launched.child.kill('SIGKILL') })
  return launched
}

/** @param length of each address, and so of its line in the log */
async function ask (base: string, requests: number, length = 0) {
  for (let asked = 0; asked < requests; asked += 50) {
    const answers = await Promise.all(Array.from({ length: 50 }, () => fetch(`${base}/v1/levels?q=${'x'.repeat(length)}`)))
    await Promise.all(answers.map(answer => answer.text()))
  }
}

/** Answers 600 requests, counts what it does not write, and ends in order. */
async function worksWithoutLog (t: Test, base: string, { child, written }: Launched, length?: number) {
  await ask(base, 600, length)
  // A line is written, or lost, within a second.
  await sleep(1_200)
  t.match(await (await fetch(`${base}/metrics`, { headers: { 'x-api-key': ADMIN_KEY } })).text(), /^log_lines_lost_total [1-9]/m)
  const since = Date.now()
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  t.same(await ended, [0, null])
  t.ok(Date.now() - since < DRAINED_WITHIN)
  t.match(written.errors, /^the log cannot be written: [^\n]+\nlines of the log that were lost: [1-9]\d*\n$/)
}

t.test('a log that cannot be written from the start', { skip: !existsSync('/dev/full') && 'no /dev/full' }, async t => {
  const free = createServer().listen(0, '127.0.0.1')
  await once(free, 'listening')
  const PORT = String((free.address() as AddressInfo).port)
  await new Promise(resolve => free.close(resolve))
  const launched = await start(t, { settings: { PORT }, shell: 'exec "$0" "$@" > /dev/full' })
  const base = `http://127.0.0.1:${PORT}`
  while (!await fetch(`${base}/livez`).then(({ ok }) => ok, () => false)) await sleep(100)
  await worksWithoutLog(t, base, launched)
  t.match(launched.written.errors, /ENOSPC/)
})

t.test('a log whose reader goes away', async t => {
  const launched = await start(t)
  const base = await listening(launched)
  launched.child.stdout!.destroy()
  await worksWithoutLog(t, base, launched)
  t.match(launched.written.errors, /EPIPE/)
})

t.test('a log that nobody reads', async t => {
  const launched = await start(t)
  const base = await listening(launched)
  launched.child.stdout!.pause()
  await worksWithoutLog(t, base, launched, 4_000)
  t.match(launched.written.errors, /it is not read/)
})

t.test('a start that fails ends without a log as well', { skip: !existsSync('/dev/full') && 'no /dev/full' }, async t => {
  for (const shell of ['exec "$0" "$@" > /dev/full', 'exec "$0" "$@" 2> /dev/full']) {
    const { ended } = await start(t, { settings: { HOST: '203.0.113.1', AUTH: 'required' }, shell })
    t.match(await ended, { code: 1 })
  }
})
