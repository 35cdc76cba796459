import { exactly } from '../../../src/catalogue/units/resolve.ts'
import { dossierSums } from '../../../src/reports/checks/trying/dossier-figures.ts'
import { onTime } from '../../../src/statistics/on-time/queries.ts'
import { item, send } from '../../dossiers/given.ts'
import { forEachDatabase } from '../../database.ts'

forEachDatabase('a dossier that moved between units', async (t, { db, get }) => {
  t.test('counts once where a rule is about a unit above both', async t => {
    const [one, other] = (await get('/v1/units?parent=H56-381&limit=2')).body.items.map(({ code }: { code: string }) => code)
    const moving = { code: 'moving', procedure: '1.001193', received_at: '2022-01-10T08:00:00+07:00', due_at: null }
    await send(db, [item({ ...moving, unit: one, updated_at: '2022-01-10T09:00:00+07:00' })])
    await send(db, [item({ ...moving, unit: other, updated_at: '2022-01-15T09:00:00+07:00' })])
    const now = Date.now()
    const units = ['H56', 'H56-381', one, other]
    const sums = await dossierSums(db, { of: 'records', periods: ['2022-Q1'] }, new Set(units), 'H56', now)
    for (const unit of units) {
      const question = { basis: 'records' as const, period: ['2022-Q1'], unit: exactly(unit) }
      const { items: [alone] } = await onTime(db, { ...question, group_by: [] }, { limit: 1 }, null, now)
      const { received, carried_over, pending } = alone!
      t.match(sums.get(unit)!.get('')!.counts, { received, carried_over, pending }, unit)
    }
    t.match(sums.get('H56')!.get('')!.counts, { received: 1, carried_over: 0, pending: 1 })
    t.match(sums.get('H56')!.get('commune')!.counts, { received: 1, carried_over: 0, pending: 1 })
  })
})
