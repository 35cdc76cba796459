import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'
import { configureCopy } from './copies.ts'
import { launch, type Launched, type LaunchOptions } from './process.ts'
import { DRAINED_WITHIN } from './running.ts'
import { ADMIN_KEY } from './template.ts'

interface Options extends LaunchOptions {
  settings?: Record<string, string>
}

export async function start (t: Test, { settings = {}, ...options }: Options = {}): Promise<Launched> {
  const launched = launch({ ...(await configureCopy(t)).settings, ...settings }, options)
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
export async function worksWithoutLog (t: Test, base: string, { child, written }: Launched, length?: number) {
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
