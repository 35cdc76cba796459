import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { forEachDatabase } from '../../database.ts'
import { runs } from '../../property.ts'
import { givenReform } from '../../catalogue/units/given-reform.ts'
import { basisIn, DOSSIERS, KINDS } from '../kinds.ts'
import { DAYS, histories, PERIODS, record, report, World } from './worlds.ts'

type Row = Record<string, number | string | boolean | null>
const SUMMED = ['received', 'resolved', 'resolved_in_time', 'pending', 'numerator', 'denominator']

for (const kind of KINDS) forEachDatabase(`figures of ${kind.name} by any hierarchy`, async (t, service) => {
  const { db, get } = service
  const rows = async (query: string) => {
    const { status, text, body } = await get(`${kind.onTime}?${query}`)
    if (status !== 200) throw new Error(text)
    return body.items as Row[]
  }
  /** The rows of a question agree with its total. */
  const expectSums = (total: Row, parts: Row[], what: string) => {
    for (const name of SUMMED) {
      const sum = parts.reduce((sum, row) => sum + Number(row[name]), 0)
      if (Math.abs(sum - Number(total[name] ?? 0)) > 0.001) throw new Error(`${what}: ${name} is ${sum}, not ${total[name]}`)
    }
    if (parts.some(row => row['estimated'] === false && SUMMED.some(name => !Number.isInteger(row[name])))) {
      throw new Error(`${what} has decimals and is not estimated`)
    }
  }

  let worlds = 0
  t.test('have the same sums, and those of a day stay what they were after later events', async t => {
    await fc.assert(fc.asyncProperty(histories, async ({ events, figures }) => {
      const world = new World(`W${worlds++}`)
      const ofRoot = (query: string) => `unit=${world.root}&${query}`
      /** What was answered as of a day before anything later happened. */
      const answered: { query: string, rows: Row[] }[] = []
      for (const reform of world.beginning()) await givenReform(db, reform)
      for (const [i, period] of PERIODS.entries()) {
        if (i > 0) await givenReform(db, world.reform(DAYS[i]!, events[i - 1]!))
        await report(service, kind, world.living, period, figures)
        if (kind === DOSSIERS) await record(db, world.living, DAYS[i]!)
        for (const basis of kind.bases) {
          for (const keys of ['unit', 'level', 'period']) {
            const groups = [...new Set([keys, 'period'])].join()
            const query = ofRoot(`${basisIn(kind, basis)}hierarchy=as_of:${DAYS[i]}&period=${PERIODS.slice(0, i + 1).join()}&group_by=${groups}`)
            answered.push({ query, rows: await rows(query) })
          }
        }
      }
      for (const { query, rows: before } of answered) {
        if (!isDeepStrictEqual(await rows(query), before)) throw new Error(`${query} was ${JSON.stringify(before)}`)
      }
      for (const basis of kind.bases) {
        const asReported = new Map<string, Row>()
        for (const hierarchy of ['as_reported', 'current', `as_of:${DAYS[1]}`, `as_of:${DAYS[2]}`]) {
          for (const period of [...PERIODS, PERIODS.join()]) {
            const query = ofRoot(`${basisIn(kind, basis)}hierarchy=${hierarchy}&period=${period}`)
            const [total] = await rows(query)
            const { hierarchy: _, ...figures } = total!
            asReported.set(period, asReported.get(period) ?? figures)
            if (!isDeepStrictEqual(figures, asReported.get(period))) throw new Error(`${query}: ${JSON.stringify(figures)}`)
            if (basis === 'records') {
              const ofAll = `basis=records&hierarchy=${hierarchy}&period=${period}&group_by=level`
              const [byLevels, byUnits] = [await rows(ofAll), await rows(`${ofAll}&unit=H56`)]
              if (!isDeepStrictEqual(byLevels, byUnits)) throw new Error(`${ofAll}: ${JSON.stringify(byLevels)}, by units ${JSON.stringify(byUnits)}`)
            }
            if (basis === 'reported' && period.includes(',')) continue
            for (const keys of ['unit', kind === DOSSIERS ? 'level,field' : 'level']) expectSums(total!, await rows(`${query}&group_by=${keys}`), `${query} by ${keys}`)
          }
        }
      }
    }), { numRuns: runs(5) })
    t.pass()
  })
})
