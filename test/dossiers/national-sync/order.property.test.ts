import fc from 'fast-check'
import { forEachDatabase } from '../../database.ts'
import { runs } from '../../property.ts'
import { forgetNational, message, national, steps, URL } from './given.ts'

const CODES = [1, 2, 3].map(n => `000.17.22.H56-210531-000${n}`)
// Last of all, and on one day: that a dossier is open again after an end shows only where both were seen.
const ENDS = ['20210609080000', '20210609090000']
const instant = (hour: number) => `202106${String(1 + Math.floor(hour / 24)).padStart(2, '0')}${String(hour % 24).padStart(2, '0')}0000`
// So few that steps are often at the instants at which dossiers list supplements.
const HOURS = fc.integer({ min: 1, max: 9 }).map(n => 7 * n)
const STATUSES = fc.constantFrom('2', '4', '5', '5', '6', '7', '9', '9')

/** A version of a dossier. What has happened to it, and its status, say all that tells versions apart. */
const VERSIONS = fc.record({
  code: fc.constantFrom(...CODES), status: STATUSES, end: fc.constantFrom(...ENDS),
  request: fc.option(HOURS), took: fc.option(HOURS)
}).map(({ code, status, end, request, took }) => {
  const [requested, completed] = request === null ? ['', ''] : [instant(request), took === null ? '' : instant(request + took)]
  const ended = Number(status) > 6 ? end : ''
  const newest = [requested, completed, ended].sort().at(-1)!
  return {
    age: `${code} ${newest} ${status}`,
    sent: national({
      MaHoSo: code, TrangThaiHoSo: status, NgayKetThucXuLy: ended,
      NgayHenTra: `20210${7 + Number(status) % 2}${String(1 + (request ?? 0) % 28).padStart(2, '0')}170000`,
      DanhSachHoSoBoSung: request === null ? [] : [{ NgayBoSung: requested, NgayTiepNhanBoSung: completed }]
    })
  }
})
const STEPS = fc.record({
  MaHoSo: fc.constantFrom(...CODES), ThoiDiemXuLy: HOURS.map(instant), TrangThai: STATUSES
})
const CHANNELS = fc.constantFrom('1', '2', '3')

forEachDatabase('files of the national format', async (t, { db, post }) => {
  const rows = async () => (await db.selectFrom('dossiers').selectAll().orderBy('code').execute()).map(({ write: _, ...row }) => row)
  const sendAll = async (messages: object[]) => {
    await forgetNational(db)
    for (const one of messages) await post(URL, one)
    return rows()
  }
  type Numbers = fc.Stream<number>
  const shuffled = <T>(all: T[], numbers: Numbers) => (
    all.map(one => ({ one, n: numbers.next().value as number })).sort((a, b) => a.n - b.n).map(({ one }) => one))

  t.test('end in the same rows in any order, and twice', async t => {
    const given = [
      fc.uniqueArray(VERSIONS, { maxLength: 8, selector: ({ age }) => age }), fc.array(STEPS, { maxLength: 8 }),
      fc.infiniteStream(fc.nat())
    ] as const
    await fc.assert(fc.asyncProperty(...given, async (versions, allSteps, numbers) => {
      const dossiers = versions.map(({ sent }) => sent)
      const ofSteps = allSteps.map(step => steps(step))
      const messages = [...dossiers.map(sent => message([sent])), ...ofSteps]
      const expected = await sendAll(messages)
      t.same(await sendAll(shuffled(messages, numbers)), expected, 'in another order')
      t.same(await sendAll([...shuffled(messages, numbers), ...shuffled(messages, numbers)]), expected, 'twice')
      t.same(await sendAll([...ofSteps, message(shuffled(dossiers, numbers))]), expected, 'in one message')
    }), { numRuns: runs(20) })
  })

  t.test('change nothing when they come again, whatever they say', async t => {
    const versions = fc.array(fc.tuple(VERSIONS, CHANNELS), { minLength: 1, maxLength: 8 })
    const given = [versions, fc.array(STEPS, { maxLength: 6 }), fc.infiniteStream(fc.nat())] as const
    await fc.assert(fc.asyncProperty(...given, async (versions, allSteps, numbers) => {
      const dossiers = versions.map(([{ sent }, KenhThucHien]) => message([{ ...sent, KenhThucHien }]))
      const messages = shuffled([...dossiers, ...allSteps.map(step => steps(step))], numbers)
      const expected = await sendAll(messages)
      for (const again of shuffled(messages, numbers)) await post(URL, again)
      t.same(await rows(), expected)
    }), { numRuns: runs(20) })
  })
})
