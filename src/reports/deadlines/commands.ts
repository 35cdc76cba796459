import { invalid } from '../../contract/errors.ts'
import { changeOf } from '../../writes/batch.ts'
import { auditRowsOf } from '../../writes/changes.ts'
import type { Write } from '../../writes/write.ts'
import { reportNamed } from '../revisions/named.ts'
import { assertAbove } from '../stages/above.ts'
import type { ReportFormQuery, SubmissionPath } from '../submissions/schema.ts'
import type { Deadlines, DeadlinesBody } from './schema.ts'

/**
 * Sets by when a unit and all below it report for a period. Those set for a unit nearer to a report count before it.
 * @throws DomainError `not_found`, `invalid_request`, `forbidden_rows`
 */
export async function putDeadlines (
  { trx, by, auditRows }: Write, path: SubmissionPath, { form }: ReportFormQuery, body: DeadlinesBody
): Promise<Deadlines> {
  const { due_on = null, lock_on = null } = body
  const { key, unit, period } = await reportNamed(trx, path, form, by.unit)
  assertAbove(by.unit, unit, 'set its deadlines')
  const due = due_on ?? period.report_due_on
  if (lock_on !== null && due !== null && lock_on < due) {
    throw invalid('/lock_on', 'out_of_range', `lock_on (${lock_on}) is before the day by which reports are due (${due})`)
  }
  const named = trx.selectFrom('submission_deadlines').select(['unit', 'period', 'form', 'due_on', 'lock_on'])
    .where('province_code', '=', key.province_code).where('unit', '=', key.unit).where('period', '=', key.period)
    .where('form', '=', key.form)
  const before = await named.forUpdate().executeTakeFirst()
  const after = { unit: key.unit, period: key.period, form: key.form, due_on, lock_on }
  await trx.insertInto('submission_deadlines').values({ province_code: key.province_code, ...after })
    .onConflict(conflict => conflict.columns(['province_code', 'unit', 'period', 'form']).doUpdateSet({ due_on, lock_on })).execute()
  auditRows.push(...auditRowsOf('submission-deadlines', [changeOf(0, before, after)], {
    key: ['unit', 'period', 'form'], of: row => ({ province_code: key.province_code, unit: row.unit })
  }))
  return after
}
