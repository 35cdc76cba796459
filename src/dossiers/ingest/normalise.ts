import type { IssueCode } from '../../contract/errors.ts'
import { instantOf } from '../../time/rfc3339.ts'
import { dayOf, EARLIEST, LATEST } from '../../time/business-day.ts'
import { endOf, type Supplement } from '../rules/events.ts'
import { DELETED, hasResult } from '../rules/status.ts'
import type { Lookups } from './lookups.ts'
import type { DossierItem, SupplementItem } from '../schema.ts'
import type { RolledUp } from '../rollups/deltas.ts'

/** A dossier as it is stored, with instants in milliseconds since 1970. */
export interface StoredDossier extends RolledUp {
  code: string
  procedure: string
}

/** Told what is wrong with a record, and with which property of it. */
export type Reject = (property: string | null, code: IssueCode, detail: string) => void

/** What a record says, in the terms of this service. null: it is at fault. */
export function normalise (item: DossierItem, references: Lookups, reject: Reject): StoredDossier | null {
  let sound = true
  const refuse: Reject = (...fault) => { sound = false; reject(...fault) }
  const unit = references.units.get(item.unit)
  if (unit === undefined) refuse('unit', 'unknown_unit', `there is no unit ${item.unit}`)
  const updated = instant(item.updated_at, 'updated_at', refuse)
  if (updated > Date.now() + DAY) {
    // All that comes later would be older than this.
    refuse('updated_at', 'out_of_range', `updated_at (${item.updated_at}) is more than a day from now`)
  }
  if (item.deleted !== true && unit?.reports_dossiers === false) {
    refuse('unit', 'no_own_desk', `unit ${unit.code} has no desk of its own`)
  }
  if (item.deleted === true) return unit === undefined || !sound ? null : tombstone(item.code, unit.code, updated)

  const dossier: StoredDossier = {
    code: item.code,
    unit: unit?.code ?? '',
    level: unit?.level ?? '',
    procedure: required(item.procedure, 'procedure', refuse) ?? '',
    field: '',
    channel: required(item.channel, 'channel', refuse) ?? '',
    status: statusOf(item.status, references, refuse),
    received_at: optionalInstant(required(item.received_at, 'received_at', refuse), 'received_at', refuse) ?? NaN,
    due_at: optionalInstant(item.due_at, 'due_at', refuse),
    finished_at: optionalInstant(item.finished_at, 'finished_at', refuse),
    returned_at: optionalInstant(item.returned_at, 'returned_at', refuse),
    updated_at: updated,
    supplements: supplementsOf(item.supplements, refuse)
  }
  dossier.field = fieldOf(dossier.procedure, references, refuse)
  if (!sound) return null

  refuseEnd(dossier, refuse)
  // A dossier that was open when its unit ended goes on at another, which was not there when it was received.
  const until = dayOf(endOf(dossier) ?? dossier.updated_at)
  if (until < unit!.firstDay || dayOf(dossier.received_at) > unit!.lastDay) {
    const life = `${unit!.valid_from} to ${unit!.valid_to ?? 'today'}`
    refuse('unit', 'unit_not_valid', `unit ${unit!.code} exists from ${life}, not while it had the dossier`)
  }
  return sound ? dossier : null
}

function tombstone (code: string, unit: string, updated: number): StoredDossier {
  return {
    code, unit, level: '', procedure: '', field: '', channel: '', status: DELETED, received_at: updated, due_at: null,
    finished_at: null, returned_at: null, updated_at: updated, supplements: NONE
  }
}

const DAY = 86_400_000

const NONE: readonly Supplement[] = []

function required<T> (value: T | undefined, property: string, refuse: Reject): T | undefined {
  if (value === undefined) refuse(property, 'missing', `${property} is required unless deleted`)
  return value
}

function fieldOf (procedure: string, { fields }: Lookups, refuse: Reject): string {
  const field = fields.get(procedure)
  if (field === undefined && procedure !== '') refuse('procedure', 'unknown_procedure', `there is no procedure ${procedure}`)
  return field ?? ''
}

function statusOf (status: number | string | undefined, { statuses }: Lookups, refuse: Reject): number {
  if (typeof status === 'number') return status
  if (status === undefined) {
    required(status, 'status', refuse)
    return DELETED
  }
  const national = statuses.get(status.normalize('NFC'))
  if (national === undefined) {
    refuse('status', 'unknown_status', `status ${JSON.stringify(status)} of the source is mapped to no national status`)
  }
  return national ?? DELETED
}

function instant (text: string, property: string, refuse: Reject): number {
  const milliseconds = instantOf(text)
  if (milliseconds < EARLIEST || milliseconds >= LATEST) {
    refuse(property, 'out_of_range', `${property} (${text}) is not between 1975-06-13 and 2199-12-31`)
  }
  return milliseconds
}

function optionalInstant (text: string | null | undefined, property: string, refuse: Reject): number | null {
  return text == null ? null : instant(text, property, refuse)
}

function supplementsOf (items: readonly SupplementItem[] | undefined, refuse: Reject): readonly Supplement[] {
  if (items === undefined || items.length === 0) return NONE
  const supplements = items.map((item, i) => {
    const at = (name: keyof SupplementItem) => optionalInstant(item[name], `supplements/${i}/${name}`, refuse)
    const requested = at('requested_at')!
    const completed = at('completed_at')
    if (completed !== null && completed < requested) {
      refuse(`supplements/${i}/completed_at`, 'out_of_range', `completed_at is before requested_at (${item.requested_at})`)
    }
    return { requested_at: requested, completed_at: completed, old_due_at: at('old_due_at'), new_due_at: at('new_due_at') }
  }).sort((a, b) => a.requested_at - b.requested_at || waitedUntil(a) - waitedUntil(b))
  const overlap = supplements.some((one, i) => waitedUntil(one) > (supplements[i + 1]?.requested_at ?? Infinity))
  if (overlap) {
    refuse('supplements', 'supplements_overlap', 'a supplement is asked for while another is still waited for')
  }
  return supplements
}

function waitedUntil ({ completed_at: completed }: Supplement): number {
  return completed ?? Infinity
}

/** What has ended has ended at some time, and not before it began. */
function refuseEnd (dossier: StoredDossier, refuse: Reject) {
  const { status, received_at: received } = dossier
  const end = endOf(dossier)
  if (end === null) {
    if (hasResult(status)) {
      refuse(null, 'end_unknown', `status ${status} has ended, but neither finished_at nor returned_at says when`)
    }
  } else if (end < received) {
    const property = dossier.finished_at !== null ? 'finished_at' : dossier.returned_at !== null ? 'returned_at' : 'updated_at'
    refuse(property, 'end_before_received', `${property} is before received_at`)
  }
}
