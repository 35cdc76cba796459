import { sql } from 'kysely'
import { columns } from '../database/sql/bulk-json.ts'
import { unnested, type Columns } from '../database/sql/bulk-binary.ts'
import { prepared } from '../database/sql/prepared.ts'
import type { AuditRow } from './changes.ts'
import type { Origin, Write } from './write.ts'

const COLUMNS: Columns<AuditRow> = {
  resource: { type: 'text', of: ({ resource }) => resource },
  action: { type: 'text', of: ({ action }) => action },
  key: { type: 'jsonb', of: ({ key }) => JSON.stringify(key) },
  unit: { type: 'text', of: ({ unit }) => unit },
  before: { type: 'jsonb', of: ({ before }) => before && JSON.stringify(before) },
  after: { type: 'jsonb', of: ({ after }) => after && JSON.stringify(after) }
}
const NAMES = Object.keys(COLUMNS)

/**
 * Adds a write to the audit log: its rows, then the write itself. Call last before the commit: it locks the row that
 * gives out positions, for which the next writer waits.
 */
export async function appendAudit (write: Write, origin: Origin): Promise<void> {
  const { trx, auditRows, ownAuditRows } = write
  const { by, request_id, address, operation, reason } = origin
  const id = await write.writeId()
  // A row of the catalogue, such as a source that is registered on the way, belongs to no province.
  const province = ownAuditRows?.province ?? auditRows.find(row => row.province_code !== '')?.province_code ?? ''
  if (auditRows.length > 0) {
    await prepared(sql`
      insert into changes (province_code, write, n, ${columns(NAMES)})
      select ${province}, ${id}, position, ${columns(NAMES)} from ${unnested(COLUMNS, auditRows)} as given`).execute(trx)
  }
  await prepared(sql`
    with next as (update change_feed set position = position + 1 returning position)
    insert into writes (province_code, id, position, row_count, client, key_id, request_id, address, operation, reason)
    select ${province}, ${id}, position, ${auditRows.length + (ownAuditRows?.rows ?? 0)},
      ${by.client}, ${by.key_id}, ${request_id}, ${address}, ${operation}, ${reason}
    from next`).execute(trx)
}
