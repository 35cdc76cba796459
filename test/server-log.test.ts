import { existsSync } from 'node:fs'
import t from 'tap'
import { listening } from './process.ts'
import { start, worksWithoutLog } from './without-log.ts'

// Whatever happens to its log, the service answers and ends as usual.

t.jobs = 3

t.test('a log whose reader goes away', async t => {
  const launched = await start(t, { isCounted: true })
  const base = await listening(launched)
  launched.child.stdout!.destroy()
  await worksWithoutLog(t, base, launched)
  t.match(launched.written.errors, /EPIPE/)
})

t.test('a start that fails ends without a log as well', { skip: !existsSync('/dev/full') && 'no /dev/full' }, async t => {
  for (const shell of ['exec "$0" "$@" > /dev/full', 'exec "$0" "$@" 2> /dev/full']) {
    const { ended } = await start(t, { settings: { HOST: '203.0.113.1', AUTH: 'required' }, shell })
    t.match(await ended, { code: 1 })
  }
})
