import type { Warning } from '../../contract/errors.ts'

interface Lifetime {
  code: string
  valid_from: string
  /** null: until further notice. */
  valid_to: string | null
}

export type ProcedureWarning = Warning & { code: 'procedure_not_in_force' }

/**
 * The warning of an item whose procedure had ended before, or had not begun. It is no reason to refuse the item: the
 * catalogue may be at fault as well.
 * @param when it was not in force, such as `in 2021-Q4`
 */
export function procedureNotInForce (
  { code, valid_from: from, valid_to: to }: Lifetime, when: string
): ProcedureWarning {
  const days = to === null ? `from ${from} on` : `from ${from} to ${to}`
  const detail = `procedure ${code} is in force ${days}, not ${when}`
  return { pointer: '/procedure', code: 'procedure_not_in_force', detail }
}
