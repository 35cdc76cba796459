import { procedureReviewCounts } from '../../../catalogue/procedure-reviews/queries.ts'
import { exactly } from '../../../catalogue/units/resolve.ts'
import { addressOf, countOf, unknownFor, type Counted, type ReportAsked } from '../counted.ts'
import type { SourceOf } from '../schema.ts'

/** Reviews of procedures by a unit and those below it. Where none is posted, it is not known that there were none. */
export async function countedReviews (
  { db, unit, period, reach }: ReportAsked, { count }: SourceOf<'procedure_reviews'>
): Promise<Counted> {
  const beside = { url: addressOf('/v1/procedure-reviews/counts', { period: period.code, unit: unit.id }) }
  const [found] = await procedureReviewCounts(db, { period: [period.code], unit: exactly(unit.id) }, reach)
  return found === undefined ? unknownFor('nothing_counted', beside) : countOf(found[count], beside)
}
