import type { Reach } from '../../contract/caller.ts'
import { invalid } from '../../contract/errors.ts'
import type { Db } from '../../database/connect.ts'
import { canonicalJson } from '../../text/canonical-json.ts'
import { cutOf } from '../../time/cut.ts'
import { instantOf } from '../../time/rfc3339.ts'
import { settled } from '../history/queries.ts'
import { reportNamed } from '../revisions/named.ts'
import { lastPublication, publishedReport } from '../revisions/queries.ts'
import { hashOf } from '../revisions/store.ts'
import { filledReport } from './queries.ts'
import type { FilledReport, Report, ReportPath, ReportQuery } from './schema.ts'

/**
 * A report as it is now, as it was published, or as it was known at an instant.
 * @param now milliseconds since 1970
 * @throws DomainError `not_found` for unit, period and revision; `invalid_request`
 */
export async function report (
  db: Db, path: ReportPath, query: ReportQuery, reach: Reach, now: number
): Promise<Report> {
  const { form, revision, as_known_at: asKnownAt } = query
  if (revision !== undefined && asKnownAt !== undefined) {
    throw invalid('/query/as_known_at', 'not_allowed', 'a revision is known as it was published: as_known_at does not go with revision')
  }
  if (revision !== undefined) {
    const { key } = await reportNamed(db, path, form, reach)
    const { content, publication } = await publishedReport(db, key, revision)
    return { ...content as FilledReport, provisional: false, publication }
  }
  await settled(db, asKnownAt)
  const filled = await filledReport(db, path, query, reach, now)
  const { key, period } = await reportNamed(db, path, form, reach)
  // Afterwards: what is written meanwhile makes it provisional, and what is published meanwhile is what it holds.
  const { publication, changed } = await lastPublication(db, key, asKnownAt)
  const { provisional: runs } = cutOf(asKnownAt === undefined ? now : instantOf(asKnownAt), period.ends_on)
  // What is derived changes without a value being written, so the content says whether it is what was published.
  // Nothing is derived as it was known earlier: there the values that were written say it.
  const differs = asKnownAt === undefined
    ? hashOf(canonicalJson(filled)) !== publication?.sha256
    : publication === null || changed
  return { ...filled, provisional: runs || differs, publication }
}
