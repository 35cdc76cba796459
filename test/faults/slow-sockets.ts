import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Postgres } from '../postgres.ts'
import { none, quantile, type Measurement } from './measurement.ts'
import { serve, type Service } from './service.ts'

const SOCKETS = 1_000
const DRIP_MILLISECONDS = 1_000
const CLOSED_WITHIN = 20_000
const FAULT = `${SOCKETS} slow sockets, a byte a second: headers on half of them, bodies on the other`

const OTHERS = 10
const PACE_MILLISECONDS = 20
const RUN_MILLISECONDS = 2_000
/** Below that a scheduler's whim doubles what is measured. */
const LEAST_P99 = 5

/** Clients that never come to an end of their request: they are shut out, and the others do not notice. */
export async function slowSockets (postgres: Postgres, cycles: number): Promise<Measurement[]> {
  const service = await serve(await postgres.createDatabase(), { LOAD_SAMPLE: 'true' })
  try {
    await othersOf(service)
    const before = await medianP99(service, cycles)
    const opened = await Promise.all(Array.from({ length: SOCKETS }, async (_, i) => {
      // Each at moments of its own: all at one would be a burst of the test, which waits for it as well.
      await sleep(i * DRIP_MILLISECONDS / SOCKETS)
      return slowSocket(service, i % 2 === 0 ? 'headers' : 'body')
    }))
    const during = await medianP99(service, cycles)
    const open = opened.filter(({ socket }) => !socket.closed).length
    const lasted = await Promise.all(opened.map(({ lasted }) => lasted))
    const kept = lasted.filter(ms => ms > CLOSED_WITHIN)
    const times = during / Math.max(before, LEAST_P99)
    return [
      none(FAULT, `every one of them is closed within ${CLOSED_WITHIN / 1_000} s`, kept, `${SOCKETS} sockets, the last after ${Math.round(Math.max(...lasted) / 1_000)} s`),
      {
        fault: FAULT,
        rule: 'p99 of others is less than doubled',
        measured: `${before.toFixed(1)} ms before, ${during.toFixed(1)} ms with ${open} of them open`,
        holds: times < 2
      }
    ]
  } finally {
    await service.stop('SIGKILL')
  }
}

async function slowSocket ({ address, headers }: Service, what: 'headers' | 'body') {
  const { hostname, port } = new URL(address)
  const socket = connect(Number(port), hostname)
  // It is closed on while it writes.
  socket.on('error', () => {})
  await once(socket, 'connect')
  const since = performance.now()
  const lines = Object.entries({ host: hostname, 'content-type': 'application/json', ...headers }).map(line => `${line.join(': ')}\r\n`)
  socket.write(`POST /v1/dossier-statistics HTTP/1.1\r\n${lines.join('')}`)
  if (what === 'body') socket.write('content-length: 100000\r\n\r\n{')
  socket.resume()
  const lasted = Promise.race([
    new Promise(resolve => { socket.once('close', resolve) }), drip(socket, what === 'body' ? ' ' : 'x')
  ]).then(() => performance.now() - since)
  return { socket, lasted }
}

/** Goes on for longer than the socket may last. */
async function drip (socket: Socket, byte: string) {
  const until = performance.now() + CLOSED_WITHIN + 2 * DRIP_MILLISECONDS
  while (!socket.closed && performance.now() < until) {
    await sleep(DRIP_MILLISECONDS)
    if (socket.writable) socket.write(byte)
  }
  socket.destroy()
}

async function medianP99 (service: Service, runs: number): Promise<number> {
  const p99s: number[] = []
  for (let run = 0; run < runs; run++) p99s.push(quantile(await othersOf(service), 0.99))
  return quantile(p99s, 0.5)
}

/** What well-behaved clients wait for an answer, in ms. */
async function othersOf (service: Service): Promise<number[]> {
  const until = performance.now() + RUN_MILLISECONDS
  const waits = Array.from({ length: OTHERS }, async (_, i) => {
    const waited: number[] = []
    await sleep(i * PACE_MILLISECONDS / OTHERS)
    while (performance.now() < until) {
      const { ms } = await service.get('/v1/on-time?period=2021-Q3&group_by=level')
      waited.push(ms)
      await sleep(PACE_MILLISECONDS)
    }
    return waited
  })
  return (await Promise.all(waits)).flat()
}
