import { sourceByCode } from '../../catalogue/sources/queries.ts'
import type { Db } from '../../database/connect.ts'
import type { MappedStatus, StatusMap } from './schema.ts'

/** @throws DomainError `not_found` for a source that there is not */
export async function statusMap (db: Db, source: string): Promise<StatusMap> {
  await sourceByCode(db, source)
  return { items: await mappedStatuses(db, source) }
}

export function mappedStatuses (db: Db, source: string): Promise<MappedStatus[]> {
  return db.selectFrom('status_maps').select(['code', 'status']).where('source', '=', source).orderBy('code').execute()
}
