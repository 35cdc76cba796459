import { createHash, randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Trx } from '../../database/connect.ts'
import { canonicalJson } from '../../text/canonical-json.ts'
import type { ReportStage } from '../stages/stage.ts'

/**
 * Stores a report as it is published now.
 * @returns when it was published
 */
export async function addRevision (trx: Trx, report: ReportStage, revision: number, content: object): Promise<string> {
  const text = canonicalJson(content)
  const { province_code, unit, period, form, nothing_to_report, note, reopen_reason: reason } = report
  // Rounded up: no value that it holds is of later, whatever the answers cut off.
  const { published_at: at } = await trx.insertInto('report_revisions').values({
    province_code, unit, period, form, revision, id: randomUUID(), sha256: hashOf(text), content: text,
    nothing_to_report, note, reason, submitted_at: report.submitted_at!, approved_at: report.approved_at!,
    published_at: sql<string>`date_trunc('milliseconds', clock_timestamp() + interval '1 millisecond')`
  }).returning('published_at').executeTakeFirstOrThrow()
  return at
}

/** In hexadecimal, of UTF-8. */
export function hashOf (text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
