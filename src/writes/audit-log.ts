import { sql } from 'kysely'
import type { Origin, Write } from './write.ts'

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
    const rows = JSON.stringify(auditRows.map((row, n) => ({ ...row, n, province_code: province, write: id })))
    await sql`
      insert into changes (province_code, write, n, resource, action, key, unit, before, after)
      select province_code, write, n, resource, action, key, unit, before, after
      from json_populate_recordset(null::changes, ${rows}::json)`.execute(trx)
  }
  await sql`
    with next as (update change_feed set position = position + 1 returning position)
    insert into writes (province_code, id, position, row_count, client, key_id, request_id, address, operation, reason)
    select ${province}, ${id}, position, ${auditRows.length + (ownAuditRows?.rows ?? 0)},
      ${by.client}, ${by.key_id}, ${request_id}, ${address}, ${operation}, ${reason}
    from next`.execute(trx)
}
