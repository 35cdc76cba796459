// What is in the balance of a form and in none of its columns.
import { Type } from 'typebox'
import { Nullable } from '../contract/fields.ts'
import type { Measure } from './measures.ts'

/** Beside the columns of a row. */
export const BesideColumns = {
  neither_resolved_nor_pending: Nullable(Type.Number({
    description: '`received` - `resolved` - `pending`: dossiers that were cancelled, which the balance holds and form II.06a has no ' +
      'column for; in form 07a/BTP they are `cancelled`. null: one of the three is unknown.',
    format: 'double',
    minimum: 0
  }))
}

export interface Beside {
  neither_resolved_nor_pending: number | null
}

export function besideColumns (
  { received, resolved, pending }: Record<Extract<Measure, 'received' | 'resolved' | 'pending'>, number | null>
): Beside {
  if (received === null || resolved === null || pending === null) return { neither_resolved_nor_pending: null }
  // The three are rounded to four decimals where a unit counts with a share.
  const left = Math.round((received - resolved - pending) * 1_000) / 1_000
  return { neither_resolved_nor_pending: Math.max(0, left) }
}
