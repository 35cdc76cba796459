import { procedureNotInForce, type ProcedureWarning } from '../../catalogue/procedures/lifetime.ts'
import { dayOf, instantText } from '../../time/business-day.ts'
import { MAX_WARNINGS } from '../../writes/batch.ts'
import type { DossierOutcome } from '../../writes/outcomes.ts'
import { DELETED } from '../rules/status.ts'
import { detailWarnings, type DetailWarning } from './normalise/details.ts'
import type { ImportWarnings } from '../imports/schema.ts'
import type { Lookups } from './lookups/lookups.ts'
import type { Version } from './validate.ts'

/** What is odd about versions that are taken: the first of it, and how much there is. */
export interface Warnings {
  count: number
  first: { index: number, warning: ProcedureWarning | DetailWarning }[]
}

/** The same with the lines that they are about, as an import and an answer say it. */
export function warningsByLine ({ count, first }: Warnings, lineOf: (index: number) => number): ImportWarnings {
  return { warning_count: count, warnings: first.map(({ index, warning }) => ({ line: lineOf(index), ...warning })) }
}

/** Dossiers that were received on a day on which their procedure was not in force, and details that do not fit. */
export function warningsOf (
  versions: readonly Version[], outcomes: readonly DossierOutcome[], { procedures }: Lookups
): Warnings {
  const warnings: Warnings = { count: 0, first: [] }
  // Texts only for what is listed: all dossiers of a chunk can be odd.
  const add = (index: number, warning: () => ProcedureWarning | DetailWarning) => {
    warnings.count++
    if (warnings.count <= MAX_WARNINGS) warnings.first.push({ index, warning: warning() })
  }
  for (const { index, dossier } of versions) {
    const { procedure, status, received_at: received } = dossier
    if (status === DELETED || NOT_TAKEN.includes(outcomes[index]!)) continue
    const dated = procedures.get(procedure)!
    const day = dayOf(received)
    if (day < dated.firstDay || day > dated.lastDay) {
      add(index, () => procedureNotInForce(dated, `on ${instantText(received).slice(0, 10)}`))
    }
    for (const warning of detailWarnings(dossier)) add(index, () => warning)
  }
  return warnings
}

const NOT_TAKEN: readonly DossierOutcome[] = ['stale', 'rejected']
