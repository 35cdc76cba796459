import fc from 'fast-check'
import t from 'tap'
import type { CountsOf, MeasureIssue } from '../../src/measures/identities.ts'

type Completed<M extends string> = (given: Partial<CountsOf<M>>) => { measures: CountsOf<M>, issues: MeasureIssue[] }

/**
 * What holds for the identities of whatever is counted.
 * @param wholeRow a row in which everything is known and every identity holds
 * @param checked measures that follow from others
 */
export function identitiesHold<M extends string> (
  all: readonly M[], completed: Completed<M>, wholeRow: fc.Arbitrary<CountsOf<M>>, checked = all
) {
  const someOf = (row: CountsOf<M>) => fc.subarray([...all], { minLength: 1 })
    .map(known => Object.fromEntries(known.map(measure => [measure, row[measure]])) as Partial<CountsOf<M>>)

  t.test('a row that holds together is never refused, however much of it is left out', async () => {
    fc.assert(fc.property(wholeRow.chain(row => fc.tuple(fc.constant(row), someOf(row))), ([row, known]) => {
      const { measures, issues } = completed(known)
      const found = all.filter(measure => measures[measure] !== null)
      return issues.length === 0 && found.every(measure => measures[measure] === row[measure])
    }))
  })

  t.test('what is filled in changes nothing when it is posted again', async () => {
    fc.assert(fc.property(wholeRow.chain(someOf), known => {
      const once = completed(known).measures
      const twice = completed(once).measures
      return all.every(measure => once[measure] === twice[measure])
    }))
  })

  t.test('a count that is off by one in a row that is wholly known is always found', async () => {
    fc.assert(fc.property(wholeRow, fc.constantFrom(...checked), (row, measure: M) =>
      completed({ ...row, [measure]: row[measure]! + 1 }).issues.length > 0))
  })
}
