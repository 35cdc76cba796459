import { evaluation } from '../../../src/evaluation/scores/queries.ts'
import { forEachDatabase } from '../../database.ts'
import { item, send } from '../../dossiers/given.ts'

const NOW = Date.parse('2026-11-01T00:00:00+07:00')

forEachDatabase('points by Decision 766 from records of dossiers that move', async (t, { db }) => {
  t.test('count a dossier that moved for both units, and once for the unit above', async t => {
    const sent = { received_at: '2021-01-04T08:00:00+07:00', due_at: '2021-01-15T17:00:00+07:00' }
    await send(db, [item({ ...sent, unit: 'H56-381', updated_at: '2021-01-04T08:05:00+07:00' })])
    await send(db, [item({
      ...sent, unit: 'H56-380', status: 10, finished_at: '2021-01-08T09:00:00+07:00', updated_at: '2021-01-08T09:05:00+07:00'
    })])
    const { items } = await evaluation(db, {
      from: '2021-01-01', to: '2021-01-31', formula: 'qd-766-found-2026', unit: 'H56', children: true, criterion: ['PROGRESS_ON_TIME']
    }, null, NOW)
    const counted = items.filter(({ denominator }) => denominator !== null)
    t.same(counted.map(row => [row.unit, row.numerator, row.denominator]),
      [['H56', 1, 1], ['H56-380', 1, 1], ['H56-381', 1, 1]])
  })
})
