/** What a key may be used for. */
export const SCOPES = [
  'read', 'write:statistics', 'write:dossiers', 'write:indicators', 'write:catalogue', 'approve', 'admin'
] as const
export type Scope = typeof SCOPES[number]

/** Who asks. */
export interface Caller {
  /** null: whoever has no key. */
  client: string | null
  key_id: string | null
  scopes: readonly string[]
  /** Code of the unit that it reaches, with all below it; null: all units. */
  unit: string | null
  /** That of its unit; '' for all. */
  province_code: string
  /** The `source` of what it posts; null: none of its own. */
  source: string | null
  /** null: as many as the service allows any. */
  requests_per_minute: number | null
}

export const ANYONE: Caller = {
  client: null, key_id: null, scopes: [], unit: null, province_code: '', source: null, requests_per_minute: null
}

/** Whether a unit, given with the codes from the province down to it, is within what somebody reaches. */
export function reaches (unit: string | null, { path }: { path: readonly string[] }): boolean {
  return unit === null || path.includes(unit)
}
