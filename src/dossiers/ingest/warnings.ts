import { procedureNotInForce, type ProcedureWarning } from '../../catalogue/procedures/lifetime.ts'
import { dayOf, instantText } from '../../time/business-day.ts'
import { MAX_WARNINGS } from '../../writes/batch.ts'
import type { Outcome } from '../../writes/outcomes.ts'
import { DELETED } from '../rules/status.ts'
import type { Lookups } from './lookups/lookups.ts'
import type { Version } from './validate.ts'

/** What is odd about versions that are taken: the first of it, and how much there is. */
export interface Warnings {
  count: number
  first: { index: number, warning: ProcedureWarning }[]
}

/** Dossiers that were received on a day on which their procedure was not in force. */
export function warningsOf (
  versions: readonly Version[], outcomes: readonly Outcome[], { procedures }: Lookups
): Warnings {
  const warnings: Warnings = { count: 0, first: [] }
  for (const { index, dossier: { procedure, status, received_at: received } } of versions) {
    if (status === DELETED || NOT_TAKEN.includes(outcomes[index]!)) continue
    const dated = procedures.get(procedure)!
    const day = dayOf(received)
    if (day >= dated.firstDay && day <= dated.lastDay) continue
    warnings.count++
    // Texts only for what is listed: all dossiers of a chunk can be odd.
    if (warnings.count > MAX_WARNINGS) continue
    warnings.first.push({ index, warning: procedureNotInForce(dated, `on ${instantText(received).slice(0, 10)}`) })
  }
  return warnings
}

const NOT_TAKEN: readonly Outcome[] = ['stale', 'rejected']
