import fc from 'fast-check'
import { CHOICE_NAMES } from '../../../../src/dossiers/counting-rules/schema.ts'
import { differenceDossiers, onTimeDifference } from '../../../../src/statistics/on-time/difference/queries.ts'
import { lateness } from '../../../../src/statistics/on-time/lateness/queries.ts'
import { METHODS_BY_END } from '../../../../src/statistics/on-time/schema.ts'
import { parseDay, startOf } from '../../../../src/time/business-day.ts'
import { forEachDatabase } from '../../../database.ts'
import { runs } from '../../../property.ts'
import { nameOf } from '../../../dossiers/catalogue.ts'
import { rules } from '../../../dossiers/counting-rules/given.ts'
import { forget, itemOf, send } from '../../../dossiers/given.ts'
import { figureBy, givenRules, histories } from './given.ts'

const days = fc.integer({ min: parseDay('2020-12-28'), max: parseDay('2021-03-10') })
const questions = fc.record({
  days: fc.tuple(days, days), method: fc.constantFrom(...METHODS_BY_END), isRunning: fc.boolean(),
  unit: fc.constantFrom(undefined, 'H56', 'H56-380')
}).map(({ days: [a, b], method, isRunning, unit }) => {
  const [from, to] = [Math.min(a, b), Math.max(a, b)]
  const now = isRunning ? startOf(to) + 12 * 3_600_000 : Date.parse('2022-01-01T00:00:00Z')
  return { now, asked: { from: nameOf(from), to: nameOf(to), method, ...unit === undefined ? {} : { unit } } }
})

forEachDatabase('why two figures differ', async (t, { db }) => {
  t.test('adds up to the whole difference for any two rules, dossiers and methods, with its lists', async t => {
    await fc.assert(fc.asyncProperty(histories, rules, rules, questions, async (histories, a, b, { now, asked }) => {
      await forget(db)
      await givenRules(db, 'a', a)
      await givenRules(db, 'b', b)
      for (const versions of histories) for (const version of versions) await send(db, [itemOf(version)])
      const [figureA, figureB] = [await figureBy(db, 'a', asked, now), await figureBy(db, 'b', asked, now)]
      if (asked.method === 'handled') {
        const causes = await lateness(db, { ...asked, rules: 'a' }, null, now, cause => cause)
        const late = causes.reduce((sum, { dossiers }) => sum + dossiers, 0)
        if (late !== figureA[1] - figureA[0]) throw new Error(JSON.stringify({ what: 'the late ones by cause', a, asked, causes }))
      }
      const rows = await onTimeDifference(db, { ...asked, rules: ['a', 'b'] }, null, now, reason => reason)
      const [total, ...others] = rows.toReversed()
      const fail = (what: string): never => { throw new Error(JSON.stringify({ what, a, b, asked, rows })) }
      const chain = [figureA, ...rows.slice(0, -1).map(row => [row.numerator_after, row.denominator_after])]
      const begins = rows.slice(0, -1).map(row => [row.numerator_before, row.denominator_before])
      if (String(begins) !== String(chain.slice(0, -1))) fail('each row begins where the one above it ends')
      if (String(chain.at(-1)) !== String(figureB)) fail('the rows add up')
      if (total!.numerator_after !== figureB[0] || total!.denominator_after !== figureB[1]) fail('the total is the other figure')
      if (others.length !== CHOICE_NAMES.length) fail('one row for each choice')
      for (const { reason, dossiers, numerator_change, denominator_change } of others) {
        const query = { ...asked, rules: ['a', 'b'], reason: reason as typeof CHOICE_NAMES[number] }
        const { items } = await differenceDossiers(db, query, { limit: 100 }, null, now)
        const sumOf = (name: 'numerator_change' | 'denominator_change') => items.reduce((sum, item) => sum + item[name], 0)
        if (items.length !== dossiers || sumOf('numerator_change') !== numerator_change ||
          sumOf('denominator_change') !== denominator_change) fail(`the list of ${reason}`)
      }
    }), { numRuns: runs(20) })
    t.pass()
  })
})
