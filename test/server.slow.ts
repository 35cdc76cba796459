import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { configureCopy } from './copies.ts'
import { copyTemplate, openCopy, settingsFor } from './embedded.ts'
import { countOf, endsInOrder, isOpen, refuses, start, untilAccepted } from './running.ts'
import { ADMIN_KEY, EMPTY_DIR } from './template.ts'

t.jobs = 3

t.test('more connections than it has descriptors for do not end it; SIGINT does', async t => {
  const service = await start(t, (await configureCopy(t)).settings, { shell: 'ulimit -n 300 && exec "$0" "$@"' })
  const base = service.docs.replace('/docs', '')
  const idle = Array.from({ length: 400 }, () => connect(Number(new URL(base).port), '127.0.0.1').on('error', () => {}))
  await Promise.all(idle.map(async socket => once(socket, 'connect')))
  await Promise.all(idle.slice(150).map(async socket => socket.closed || once(socket, 'close')))
  for (const socket of idle) socket.destroy()
  await sleep(100)
  const metrics = await untilAccepted(() => fetch(`${base}/metrics`, { headers: { 'x-api-key': ADMIN_KEY } }))
  t.match(await metrics.text(), /^http_connections_refused_total [1-9]/m)
  await endsInOrder(t, service, 'SIGINT')
})

t.test('a server is filled only where that is asked for', async t => {
  const { address, close } = await openCopy(EMPTY_DIR)
  t.teardown(close)
  const { ALLOW_UNSAFE_DURABILITY: _, ...settings } = settingsFor(address)
  await refuses(t, settings, /fsync .* ALLOW_UNSAFE_DURABILITY=true/)
  for (const [LOAD_SAMPLE, units, procedures] of [['', 0, 0], ['catalogue', 607, 0], ['true', 775, 14]] as const) {
    const service = await start(t, { ...settings, LOAD_SAMPLE, ALLOW_UNSAFE_DURABILITY: 'true' })
    t.equal(await countOf(service, '/v1/units'), units, `units with LOAD_SAMPLE=${LOAD_SAMPLE}`)
    t.equal(await countOf(service, '/v1/procedures'), procedures)
    t.match(await service.stop('SIGTERM'), { code: 0, errors: '' })
  }
})

t.test('the embedded database stays empty where that is asked for; SIGTERM closes it', async t => {
  const DATA_DIR = await copyTemplate(t, EMPTY_DIR)
  const service = await start(t, { DATA_DIR, LOAD_SAMPLE: 'false' })
  t.equal(await countOf(service, '/v1/units'), 0)
  t.ok(isOpen(DATA_DIR))
  t.match(await service.stop('SIGTERM'), { code: 0, errors: '' })
  t.notOk(isOpen(DATA_DIR))
})
