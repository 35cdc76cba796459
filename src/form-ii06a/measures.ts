import type { CountsOf } from '../measures/identities.ts'

/** The measures of form II.06a (Thông tư 01/2020/TT-VPCP), in the form's order. */
export const MEASURES = [
  'received_online', 'received_direct', 'received_postal', 'carried_over', 'received',
  'resolved_early', 'resolved_on_time', 'resolved_in_time', 'resolved_overdue', 'resolved',
  'pending_in_time', 'pending_overdue', 'pending'
] as const

/**
 * Dossiers that came from another unit, field or channel in the period, and those that left: a part of `carried_over`,
 * and of `pending`. Records know them; no form has them.
 */
export const TRANSFERS = ['transferred_in', 'transferred_out'] as const
export type Transfer = typeof TRANSFERS[number]

export type Measure = typeof MEASURES[number]
export type Measures = CountsOf<Measure>

/** All measures of a row; those that it has not are unknown. Written out, as an object made of entries takes longer. */
export function measuresOf (row: Partial<Measures>): Measures {
  return {
    received_online: row.received_online ?? null,
    received_direct: row.received_direct ?? null,
    received_postal: row.received_postal ?? null,
    carried_over: row.carried_over ?? null,
    received: row.received ?? null,
    resolved_early: row.resolved_early ?? null,
    resolved_on_time: row.resolved_on_time ?? null,
    resolved_in_time: row.resolved_in_time ?? null,
    resolved_overdue: row.resolved_overdue ?? null,
    resolved: row.resolved ?? null,
    pending_in_time: row.pending_in_time ?? null,
    pending_overdue: row.pending_overdue ?? null,
    pending: row.pending ?? null
  }
}

/** A measure, or in how many rows it is unknown. */
export type FigureName = Measure | `${Measure}_unknown`

/** A count as answers show it: it has decimals where a unit that was split counts with a share. */
export function roundedCount (count: number): number {
  return Math.round(count * 10_000) / 10_000
}
