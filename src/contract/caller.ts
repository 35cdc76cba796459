/** What a key may be used for. */
export const SCOPES = [
  'read', 'write:statistics', 'write:dossiers', 'write:indicators', 'write:catalogue', 'approve', 'admin', 'metrics'
] as const
export type Scope = typeof SCOPES[number]

/** Id of the unit that a caller reaches, with all below it; null: all units. */
export type Reach = string | null

/** The client behind a request, and what it may do. */
export interface Caller {
  /** null: a caller without a key. */
  client: string | null
  key_id: string | null
  scopes: readonly string[]
  unit: Reach
  /** That of its unit; '' for all. */
  province_code: string
  /** The `source` of what it posts; null: none of its own. */
  source: string | null
  /** null: as many as the service allows any. */
  requests_per_minute: number | null
  /** When its rights end; null: never. A token, which ends sooner than its client, has none. */
  expires_at: string | null
}

export const ANYONE: Caller = {
  client: null, key_id: null, scopes: [], unit: null, province_code: '', source: null, requests_per_minute: null,
  expires_at: null
}

/** Whether a caller may see a unit and write facts of it. */
export function reaches (reach: Reach, { reached_by }: { reached_by: readonly string[] }): boolean {
  return reach === null || reached_by.includes(reach)
}

/** Whether a caller's unit is this one or stands above it: who changes the unit itself needs more than to reach it. */
export function governs (reach: Reach, { path }: { path: readonly string[] }): boolean {
  return reach === null || path.includes(reach)
}
