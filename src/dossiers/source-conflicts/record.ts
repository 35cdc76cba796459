import { sql } from 'kysely'
import type { Trx } from '../../database/connect.ts'
import { columns, recordset } from '../../database/sql/bulk-json.ts'

/** A code that two sources send. */
export interface SourcesInConflict {
  province_code: string
  code: string
  unit: string
  /** The source that has the dossier. */
  source: string
  other_source: string
  /** What became of the record of the other source. */
  other: 'refused' | 'taken over'
}

const KEY = ['province_code', 'code', 'unit', 'source', 'other_source'] as const
const TIMES = ['refused_at', 'taken_over_at'] as const

/** Adds conflicts to the list, or the time of their last occurrence. */
export async function recordConflicts (trx: Trx, conflicts: readonly SourcesInConflict[]): Promise<void> {
  if (conflicts.length === 0) return
  const now = new Date().toISOString()
  // Versions of one code may be refused one after the other, and a statement changes a row once.
  const distinct = new Map(conflicts.map(conflict => [KEY.map(name => conflict[name]).join(' '), conflict])).values()
  const rows = [...distinct].map(({ other, ...key }) => (
    { ...key, refused_at: other === 'refused' ? now : null, taken_over_at: other === 'refused' ? null : now }))
  await sql`
    insert into source_conflicts as stored (${columns([...KEY, ...TIMES])})
    select ${columns([...KEY, ...TIMES])} from ${recordset('source_conflicts', rows, [...KEY, ...TIMES])}
    order by ${columns(KEY)}
    on conflict (${columns(KEY)}) do update set ${sql.join(TIMES.map(name => (
      sql`${sql.ref(name)} = coalesce(excluded.${sql.ref(name)}, stored.${sql.ref(name)})`)))}`.execute(trx)
}
