import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { RequestDeadline, underDeadline, waitAtMost, withoutDeadline } from '../../src/concurrency/request-deadline.ts'

t.test('a wait lasts no longer than its own limit, and than its request has time left', async t => {
  t.equal(waitAtMost(900), 900, 'without a deadline')
  const LIMITS = [[1_500, 900], [900, 900], [899, 800], [250.5, 200], [99, 100], [0, 100], [-5_000, 100]] as const
  for (const [left, expected] of LIMITS) {
    t.equal(underDeadline({ left: () => left }, () => waitAtMost(900)), expected, `${left} ms are left`)
  }
  t.equal(underDeadline({ left: () => 0 }, () => waitAtMost(20)), 20, 'a short wait is the same as ever')
})

t.test('a deadline holds for all that its request goes on to do, and for no other', async t => {
  const seen = async () => { await sleep(1); return waitAtMost(900) }
  const [early, late, stream] = await Promise.all([
    underDeadline({ left: () => 500 }, seen),
    underDeadline({ left: () => 200 }, seen),
    underDeadline({ left: () => 200 }, () => withoutDeadline(seen))
  ])
  t.same({ early, late, stream }, { early: 500, late: 200, stream: 900 })
  t.equal(await seen(), 900)
})

t.test('time passes for a request, but not while its body arrives', async t => {
  const passing = new RequestDeadline(1_000_000)
  const [first, second] = [passing.left(), (await sleep(2), passing.left())]
  t.ok(first <= 1_000_000 && second < first)
  passing.pause()
  const paused = passing.left()
  await sleep(2)
  t.equal(passing.left(), paused)
  passing.resume(1_000_000)
  const left = passing.left()
  t.ok(left > paused && left <= paused + 1_000_000, 'and may be more when it is there')
  await sleep(2)
  t.ok(passing.left() < left)
  t.ok(new RequestDeadline(0).left() <= 0)
})
