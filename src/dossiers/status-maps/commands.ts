import { assertNoOthersUse, assertSource } from '../../catalogue/sources/register.ts'
import { likeText } from '../../text/plain-text.ts'
import { DomainError, type Issue } from '../../contract/errors.ts'
import { upsert } from '../../database/sql/bulk-json.ts'
import { auditRowsOf } from '../../writes/changes.ts'
import { changeOf, type Change } from '../../writes/batch.ts'
import type { Write } from '../../writes/write.ts'
import { mappedStatuses } from './queries.ts'
import type { MappedStatus, StatusMap } from './schema.ts'

/**
 * Replaces the map of a source. Dossiers sent from now on are read with it; stored ones stay as they are.
 * @throws DomainError `invalid_request` when a status is there twice, or there is no such source; `forbidden_rows`
 */
export async function putStatusMap (write: Write, source: string, { items }: StatusMap): Promise<StatusMap> {
  const { trx, auditRows } = write
  const given = items.map(({ code, status }) => ({ code: likeText(code), status }))
  refuseRepeated(given)
  await assertSource(trx, source, '/path/code')
  // A concurrent request that replaces the same map waits here.
  await trx.selectFrom('sources').select('code').where('code', '=', source).forUpdate().execute()
  const before = new Map((await mappedStatuses(trx, source)).map(row => [row.code, row]))
  const changes: Change<MappedStatus>[] = given.map((row, i) => changeOf(i, before.get(row.code), row))
  const sent = new Set(given.map(({ code }) => code))
  const gone = [...before.values()].filter(({ code }) => !sent.has(code))
  changes.push(...gone.map(row => ({ index: null, outcome: 'deleted' as const, before: row, after: null })))
  const isSame = changes.every(({ outcome }) => outcome === 'unchanged')
  await assertNoOthersUse(write, source, isSame ? [] : ['/path/code'])
  if (gone.length > 0) {
    await trx.deleteFrom('status_maps')
      .where('source', '=', source).where('code', 'in', gone.map(({ code }) => code)).execute()
  }
  if (given.length > 0) await upsert(trx, 'status_maps', ['source', 'code'], given.map(row => ({ source, ...row })))
  auditRows.push(...auditRowsOf('status-maps', changes, { key: ['source', 'code'], show: row => ({ source, ...row }) }))
  return { items: await mappedStatuses(trx, source) }
}

function refuseRepeated (items: readonly MappedStatus[]) {
  const places = Map.groupBy(items.keys(), i => items[i]!.code)
  const issues = [...places].filter(([, same]) => same.length > 1).map(([code, same]): Issue => (
    { pointer: `/items/${same[1]!}/code`, code: 'duplicate_key', detail: `${JSON.stringify(code)} is there twice` }))
  if (issues.length > 0) throw new DomainError('invalid_request', issues.map(({ detail }) => detail).join('; '), issues)
}
