import { forEachDatabase } from '../../../database.ts'
import { item, send } from '../../../dossiers/given.ts'
import type { DossierItem } from '../../../../src/dossiers/schema.ts'

const at = (text: string) => `2021-${text.replace(' ', 'T')}+07:00`
/** Due on 2021-06-10 at 17:00. */
const open = (code: string, others: Partial<DossierItem> = {}) => item({
  code, received_at: at('05-31 08:00:00'), due_at: at('06-10 17:00:00'), updated_at: at('06-01 09:00:00'), ...others
})
const ended = (code: string, end: string, others: Partial<DossierItem> = {}) => (
  open(code, { status: 10, finished_at: at(end), updated_at: at(end), ...others }))
const asked = (requested: string, completed: string | null = null, due: string | null = null) => ({
  requested_at: at(requested), completed_at: completed === null ? null : at(completed), old_due_at: due === null ? null : at('06-10 17:00:00'),
  new_due_at: due === null ? null : at(due)
})
const waited = asked('06-05 09:00:00', '06-08 09:00:00')

const JUNE = 'from=2021-06-01&to=2021-06-30'
interface Row { cause: string, dossiers: number, dossiers_url: string }

forEachDatabase('lateness by cause', async (t, { db, get }) => {
  const rowsOf = async (query: string) => (await get(`/v1/on-time/lateness?${query}`)).body.items
  /** The codes of each cause, from its list, and how many there are by the rows. */
  const causes = async (query: string) => {
    const rows: Row[] = await rowsOf(query)
    const lists = await Promise.all(rows.map(async ({ dossiers_url: url }) => (await get(url)).body.items))
    return Object.fromEntries(rows.map(({ cause, dossiers }, i) => {
      const codes = lists[i].map(({ code }: { code: string }) => code)
      if (codes.length !== dossiers) throw new Error(`${cause}: ${dossiers} are ${codes}`)
      return [cause, codes]
    }))
  }

  t.test('is a unit\'s own where nothing else explains it', async t => {
    t.match(await rowsOf(JUNE), [
      { cause: 'inherited', dossiers: 0, late: 0, share_percent: null, rules: 'default', rules_version: 1, method: 'resolved' },
      { cause: 'waiting' }, { cause: 'sync' }, { cause: 'own', meaning: /\S/ }
    ])
    await send(db, [
      ended('in-time', '06-09 09:00:00'), ended('own', '06-20 09:00:00'),
      ended('waited', '06-12 09:00:00', { supplements: [waited] }),
      ended('waited-and-slow', '06-20 09:00:00', { supplements: [waited] }),
      ended('waited-with-another-due-date', '06-20 09:00:00', { due_at: at('06-14 17:00:00'), supplements: [asked('06-02 09:00:00', '06-09 09:00:00', '06-14 17:00:00')] }),
      open('withdrawn', { status: 7, updated_at: at('06-20 09:00:00') }), open('moved'), open('came-ended'), open('open')
    ])
    await send(db, [
      ended('moved', '06-25 09:00:00', { unit: 'H56-381', status: 4, finished_at: null, updated_at: at('06-15 09:00:00') }),
      ended('came-ended', '06-09 09:00:00', { unit: 'H56-381', updated_at: at('06-20 09:00:00') })
    ])
    await send(db, [ended('moved', '06-25 09:00:00', { unit: 'H56-381' })])
    t.same(await causes(JUNE), {
      inherited: ['moved'], waiting: ['waited'], sync: ['withdrawn'], own: ['own', 'waited-and-slow', 'waited-with-another-due-date']
    })
    t.match(await rowsOf(`${JUNE}&format=json`), [{ late: 6, share_percent: 16.67, estimated: false, provisional: false }, {}, {}, { share_percent: 50 }])
  })

  t.test('of what is pending is that of the day for which it counts', async t => {
    const days = 'method=handled&from=2021-06-13&to=2021-06-13'
    t.same(await causes(`${days}&unit=H56-380`), {
      inherited: [], waiting: [], sync: ['came-ended'], own: ['moved', 'open', 'own', 'waited-and-slow', 'withdrawn']
    })
    t.same(await causes(`method=handled&${JUNE}&unit=H56-381`), { inherited: ['moved'], waiting: [], sync: [], own: [] })
  })

  t.test('by the rules of the portal is waiting where requests alone make it late', async t => {
    await send(db, [open('asked-twice', {
      due_at: at('07-30 17:00:00'), supplements: [asked('06-02 09:00:00', '06-03 09:00:00'), asked('06-08 09:00:00', '06-09 09:00:00')]
    })])
    t.match((await causes(`method=handled&rules=portal-766&${JUNE}`)).waiting, ['asked-twice', 'waited'])
  })

  t.test('is asked for days that have begun', async t => {
    t.same(await rowsOf('period=2050'), [])
    t.same((await get('/v1/on-time/lateness/dossiers?period=2050')).body.items, [])
    t.match((await get(`/v1/on-time/lateness/dossiers?${JUNE}`)).body.items.length, 6)
    t.equal((await get('/v1/on-time/lateness')).status, 400)
  })
})
