import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { keepLease } from '../../../src/dossiers/imports/lease.ts'

t.test('a lease is renewed until it is ended, whether or not a renewal fails', async t => {
  let renewals = 0
  const endLease = keepLease(() => { renewals++; return Promise.reject(new Error('the database is away')) }, 1)
  while (renewals < 3) await sleep(1)
  endLease()
  const ended = renewals
  await sleep(20)
  t.equal(renewals, ended)
})

t.test('a renewal waits for the one before it', async t => {
  const { promise, resolve } = Promise.withResolvers<void>()
  let renewals = 0
  const endLease = keepLease(() => { renewals++; return promise }, 1)
  await sleep(50)
  t.equal(renewals, 1)
  resolve()
  while (renewals < 2) await sleep(1)
  endLease()
})
