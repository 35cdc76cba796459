import { forEachDatabase, type Service } from '../../database.ts'
import { CONTENT, decide } from './given.ts'

/** What the report of the 2021 half year says: 3.1.1 to 3.1.3. */
const DECISIONS = 30
const [NEW, AMENDED, REPEALED] = [54, 231, 74]
const IN_FORCE = { province: 1524, district: 325, commune: 230 }
/** Those that were in force before, by level: of all that began and ended in the half year a part is of each. */
const BEGUN = { province: 40, district: 9, commune: 5 }
const ENDED = { province: 50, district: 14, commune: 10 }
type Level = keyof typeof IN_FORCE
const LEVELS = Object.keys(IN_FORCE) as Level[]

function procedures (level: Level, what: string, many: number) {
  return Array.from({ length: many }, (_, i) => ({ ...CONTENT, level, code: `${what}.${level}.${i}` }))
}

/** The n-th of so many parts of a list. */
function part<T> (all: readonly T[], n: number, parts = DECISIONS): T[] {
  return all.slice(Math.floor(all.length * n / parts), Math.floor(all.length * (n + 1) / parts))
}

async function givenHalfYear (service: Service) {
  const { db, post } = service
  // Those of the sample are others.
  for (const table of ['procedure_changes', 'procedure_versions', 'procedures'] as const) await db.deleteFrom(table).execute()
  const before = LEVELS.flatMap(level => procedures(level, 'old', IN_FORCE[level] - BEGUN[level] + ENDED[level]))
  await post('/v1/procedures', { items: before.map(procedure => ({ ...procedure, valid_from: '2015-01-01' })) })
  const begun = LEVELS.flatMap(level => procedures(level, 'new', BEGUN[level]))
  const repealed = LEVELS.flatMap(level => procedures(level, 'old', ENDED[level]).map(({ code }) => code))
  const amended = before.filter(({ code }) => !repealed.includes(code)).slice(-AMENDED).map(({ code }) => ({ code }))
  const answers = []
  for (let n = 0; n < DECISIONS; n++) {
    const day = new Date(Date.UTC(2020, 11, 15 + 6 * n)).toISOString().slice(0, 10)
    answers.push(await decide(service, `${n}/QĐ-UBND`, day, {
      new: part(begun, n), amended: part(amended, n), repealed: part(repealed, n)
    }))
  }
  return answers
}

forEachDatabase('the procedures of the report of the 2021 half year', async (t, service) => {
  const { get } = service
  t.same([...new Set((await givenHalfYear(service)).map(({ status }) => status))], [200])
  const counts = async (query: string) => (await get(`/v1/procedures/counts?${query}`)).body.items

  t.test('are counted from their decisions', async t => {
    t.match(await counts('period=2021-H1'), [{
      as_of: '2021-06-14', from: '2020-12-15', level: null, in_force: 2_079, new: NEW, amended: AMENDED, replaced: 0,
      repealed: REPEALED, decisions: DECISIONS
    }])
  })

  t.test('are counted by level', async t => {
    const rows: Record<string, unknown>[] = await counts('period=2021-H1&group_by=level')
    t.same(Object.fromEntries(rows.map(({ level, in_force: count }) => [level, count])), IN_FORCE)
    t.same(Object.fromEntries(rows.map(({ level, new: count }) => [level, count])), BEGUN)
    t.same(Object.fromEntries(rows.map(({ level, repealed: count }) => [level, count])), ENDED)
  })

  t.test('are counted as of a day without what happened', async t => {
    t.match(await counts('as_of=2020-12-14'), [{ as_of: '2020-12-14', from: null, in_force: 2_079 - NEW + REPEALED, new: null, decisions: null }])
    t.match(await counts('as_of=2021-06-14'), [{ in_force: 2_079, amended: null }])
  })

  t.test('are listed as of that day', async t => {
    const { text } = await get('/v1/procedures?as_of=2021-06-14&level=commune&format=ndjson')
    t.equal(text.trim().split('\n').length, IN_FORCE.commune)
  })
})
