import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { listening } from './process.ts'
import { start, worksWithoutLog } from './without-log.ts'

t.jobs = 2

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
