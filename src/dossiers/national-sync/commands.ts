import type { Semaphore } from '../../concurrency/semaphore.ts'
import type { Db } from '../../database/connect.ts'
import { assertSource } from '../../catalogue/sources/register.ts'
import { assertBatchSize } from '../../writes/batch.ts'
import type { IssuesByRow } from '../../writes/row-issues.ts'
import type { Written } from '../../writes/unit-of-work.ts'
import type { Origin, Write } from '../../writes/write.ts'
import { addToImport, beginImport, endImport } from '../imports/commands.ts'
import { countsOf } from '../imports/counts.ts'
import type { Ingested } from '../ingest/chunk.ts'
import { errorsOf, ingestStream, MAX_ERRORS, type ImportOptions, type Stream } from '../ingest/stream.ts'
import { warningsByLine } from '../ingest/warnings.ts'
import type { DossierAnswer } from '../schema.ts'
import { nationalDossier } from './format/dossier.ts'
import type { Message } from './format/message.ts'
import { isSent } from './format/values.ts'
import { ingestNationalDossiers, type NationalDossier } from './ingest-dossiers.ts'
import { ingestNationalSteps } from './ingest-steps.ts'
import type { NationalSyncAnswer } from './schema.ts'

/**
 * Takes a message in, without what is at fault in it, in one transaction.
 * @throws DomainError `too_many_items`, `invalid_request`, `forbidden_rows`
 */
export async function postNationalDossiers (
  write: Write, { service, unit, data }: Message, { source, dry_run }: ImportOptions
): Promise<NationalSyncAnswer> {
  assertBatchSize(data, '; as lines of JSON there may be any number')
  const { trx, by } = write
  await assertSource(trx, source, '/query/source')
  // First, as rows that wait name it.
  const id = dry_run ? null : await beginImport(trx, by, { source, dry_run, idempotency_key: null })
  const sender = { source, unit, import: id ?? 0, lineOf }
  const { outcomes, issues, waits, conflicts, warnings: found } = service === 'DongBoHoSoMC'
    ? await ingestNationalDossiers(write, sender, data.map(readNow))
    : await ingestNationalSteps(write, sender, data)
  const counts = countsOf(outcomes, conflicts)
  const byLine = (listed: IssuesByRow) => errorsOf(listed, lineOf).sort((a, b) => a.line - b.line)
  const errors = byLine(issues)
  const odd = warningsByLine(found, lineOf)
  const answer = { ...counts, errors: byLine(new Map([...issues, ...waits])).slice(0, MAX_ERRORS), ...odd }
  if (id === null) return nationalAnswer({ import: id, ...answer }, outcomes)
  await addToImport(trx, by, id, { counts, errors, ...odd })
  await endImport(trx, by, id, 'done', { ...counts, ...odd })
  return nationalAnswer({ import: id, ...answer }, outcomes)
}

/**
 * Takes dossiers of the national format in as lines of JSON, any number of them.
 * @throws what `ingestStream` throws
 */
export async function importNationalDossiers (
  db: Db, writers: Semaphore, origin: Origin, stream: Stream, options: ImportOptions, unit: string
): Promise<Written<NationalSyncAnswer>> {
  const { source } = options
  const { answer, replayed } = await ingestStream(db, writers, origin, stream, options, {
    codeOf: item => isSent(item) ? item['MaHoSo'] : undefined,
    read: readNow,
    ingest: (write, items, id, lineOf) => (
      ingestNationalDossiers(write, { source, unit, import: id, lineOf }, items as NationalDossier[]))
  })
  return { answer: nationalAnswer(answer, null), replayed }
}

function readNow (sent: unknown): NationalDossier {
  return nationalDossier(sent, Date.now())
}

function lineOf (index: number): number {
  return index + 1
}

function nationalAnswer (answer: DossierAnswer, outcomes: Ingested['outcomes'] | null): NationalSyncAnswer {
  const { received, rejected, waiting } = answer
  const message = rejected === 0
    ? `${received} received${waiting === 0 ? '' : `, of which ${waiting} wait for codes that the catalogue does not have, see errors`}`
    : `${rejected} of ${received} refused, see errors; the others are stored. Send all of it again when those are mended`
  return { error_code: rejected === 0 ? '0' : '-1', message, ...answer, outcomes }
}
