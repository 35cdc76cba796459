import type { SourceOf } from '../schema.ts'

export type DossierSource = SourceOf<'dossiers' | 'on_time'>

/** Whether only records know it: which procedure a dossier is of, and when it fell due or was received. */
export function needsRecords (source: DossierSource): boolean {
  return source.online_service_level !== undefined ||
    (source.op === 'on_time' && (source.method === 'due' || source.method === 'reception'))
}
