import { movesAround } from '../../../catalogue/hierarchy/places-sql.ts'
import type { Db } from '../../../database/connect.ts'
import { receptionRulesFor } from '../reception/rules.ts'
import type { ResolvedSpans } from '../resolve-query.ts'
import type { OnTimeQuery } from '../schema.ts'
import { recordsPlanOf, type RecordsPlan } from './plan.ts'

/** The plan of a question about records, with all that is to be looked up for it. */
export async function plannedRecords (
  db: Db, question: OnTimeQuery, { spans, ...resolved }: ResolvedSpans
): Promise<RecordsPlan> {
  const { unit, hierarchy } = resolved
  // Of one span only its last day matters.
  const moves = unit === null || hierarchy.unitsOf !== null || spans.length === 1 ? [] : await movesAround(db, unit)
  const reception = await receptionRulesFor(db, question, spans, resolved.province)
  return recordsPlanOf(question, spans, resolved, reception, moves)
}
