import type { Reach } from '../../contract/caller.ts'
import { invalid } from '../../contract/errors.ts'
import type { Page, PageRequest } from '../../contract/paging.ts'
import type { Db } from '../../database/connect.ts'
import { exactly } from '../../catalogue/units/resolve.ts'
import { dossiersExplaining } from '../../statistics/on-time/explain/queries.ts'
import type { ExplainedDossier } from '../../statistics/on-time/explain/schema.ts'
import { cutAt } from '../../time/cut.ts'
import { criterionAsked } from '../scores/queries.ts'
import { detailDossiers } from '../scores/points/records/details-sql.ts'
import { countingOf, isOnTime } from '../scores/points/records/on-time.ts'
import type { EvaluationDossier, EvaluationDossiersQuery } from './schema.ts'

const NONE = { items: [], next_cursor: null }

/**
 * The dossiers behind the counts of a criterion of a unit and all units below it.
 * @param now milliseconds since 1970
 * @throws DomainError `invalid_request` for unknown codes, and for a criterion that is not counted from records
 */
export async function evaluationDossiers (
  db: Db, { part = 'rest', ...asked }: EvaluationDossiersQuery, page: PageRequest, reach: Reach, now: number
): Promise<Page<EvaluationDossier>> {
  const { span, unit, criterion: { code, counted } } = await criterionAsked(db, asked, reach, now)
  if (counted == null) throw invalid('/query/criterion', 'needs_records', `criterion ${code} is not counted from dossier records`)
  if (!isOnTime(counted)) {
    const days = cutAt(now, span)
    return days === null ? NONE : detailDossiers(db, days, unit, { counted, part }, page)
  }
  if (part === 'unknown') return NONE
  const { basis: _, ...counting } = countingOf(counted, asked.rules)
  const { from, to } = span
  const question = { ...counting, from, to, unit: exactly(unit), part }
  const { items, next_cursor } = await dossiersExplaining(db, question, page, reach, now)
  return { items: items.map(shown), next_cursor }
}

function shown ({
  submitted_at: _, waited_hours: __, limit_hours: ___, share: ____, in_time: _____, ...dossier
}: ExplainedDossier): EvaluationDossier {
  return dossier
}
