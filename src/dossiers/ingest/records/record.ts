import { instantOf } from '../../../time/rfc3339.ts'
import { plainText } from '../../../text/plain-text.ts'
import type { DossierItem } from '../../schema.ts'

/** What a record says, with each instant read once. */
export class SentRecord {
  /** As it is stored. */
  readonly code: string
  readonly unit: string
  readonly procedure: string | undefined
  readonly channel: string | undefined
  readonly status: number | string | undefined
  /** In milliseconds since 1970, like all instants; null: not given. */
  readonly received_at: number | null
  readonly due_at: number | null
  readonly finished_at: number | null
  readonly returned_at: number | null
  readonly updated_at: number
  /** What was sent; null: it says no more than this, and its instants are within bounds. */
  readonly item: DossierItem | null

  constructor (
    code: string, unit: string, procedure: string | undefined, channel: string | undefined,
    status: number | string | undefined, received: number | null, due: number | null, finished: number | null,
    returned: number | null, updated: number, item: DossierItem | null
  ) {
    this.code = code
    this.unit = unit
    this.procedure = procedure
    this.channel = channel
    this.status = status
    this.received_at = received
    this.due_at = due
    this.finished_at = finished
    this.returned_at = returned
    this.updated_at = updated
    this.item = item
  }
}

/** @param item with the shape of a record */
export function recordOf (item: DossierItem): SentRecord {
  const { code, unit, procedure, channel, status, updated_at: updated } = item
  return new SentRecord(
    plainText(code), unit, procedure, channel, status, given(item.received_at), given(item.due_at),
    given(item.finished_at), given(item.returned_at), instantOf(updated), item
  )
}

function given (text: string | null | undefined): number | null {
  return text == null ? null : instantOf(text)
}

/** What of a chunk has the shape of a record. */
export interface WellFormed {
  /** The index of the item of each. */
  indexes: readonly number[]
  /** Of usual records it is made at each call, so that none lives long. */
  recordAt: (position: number) => SentRecord
}

/** Milliseconds that `updated_at` may be ahead: all versions after it would be stale. */
export const MOST_AHEAD = 86_400_000
