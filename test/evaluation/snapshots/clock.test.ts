import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { today } from '../../../src/time/business-day.ts'
import { configureCopy } from '../../copies.ts'
import { start, type Running } from '../../running.ts'
import { ADMIN_KEY } from '../../template.ts'

const [year, month] = today().split('-') as [string, string]
const MONTH = `cal-${year}-M${month}`
const HISTORY = '/v1/evaluation/history?unit=H56'

async function postProgress (service: Running, numerator: number): Promise<void> {
  const input = { unit: 'H56', period: MONTH, criterion: 'PROGRESS_ON_TIME', source: 'one-stop' }
  const items = [{ ...input, numerator, denominator: 100 }]
  await service.json('/v1/evaluation-inputs', {
    method: 'POST', body: JSON.stringify({ items }), headers: { 'content-type': 'application/json', 'x-api-key': ADMIN_KEY }
  })
}

async function untilTaken (service: Running): Promise<Record<string, unknown>[]> {
  for (;;) {
    const { items } = await service.json(HISTORY)
    if (items.length > 0) return items
    await sleep(50)
  }
}

t.test('a service that runs takes the snapshot of the day by its own clock, once', async t => {
  const { settings } = await configureCopy(t)
  const first = await start(t, settings)
  await postProgress(first, 80)
  t.same((await first.json(HISTORY)).items, [], 'when it looked, nothing was known')
  await first.stop('SIGTERM')

  const second = await start(t, settings)
  const taken = await untilTaken(second)
  // On the first of a month, the one that ended the day before is taken as well.
  t.match(taken.find(({ group, period }) => group === 'PROGRESS' && period === MONTH), { day: today(), points: 16, unit: 'H56' })
  await postProgress(second, 90)
  await second.stop('SIGTERM')

  const third = await start(t, settings)
  await sleep(1_000)
  t.same((await third.json(HISTORY)).items, taken, 'another look on the same day changes nothing')
  t.match((await third.json(`/v1/evaluation?period=${MONTH}&unit=H56&criterion=PROGRESS`)).items, [{ points: 18 }])
  await third.stop('SIGTERM')
})
