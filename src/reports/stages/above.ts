import type { ResolvedUnit } from '../../catalogue/units/resolve.ts'
import { governs, type Reach } from '../../contract/caller.ts'
import { DomainError } from '../../contract/errors.ts'

/**
 * Refuses a key that is bound to the unit itself: nobody gives themselves more time, or approves what they report.
 * Above a province there is nobody, so its own keys do.
 * @param what those above the unit do
 * @throws DomainError `forbidden_rows`
 */
export function assertAbove (reach: Reach, { id, path }: ResolvedUnit, what: string): void {
  const above = path.slice(0, -1)
  if (above.length === 0 || governs(reach, { path: above })) return
  const detail = `those above ${id} ${what}, not its own keys`
  throw new DomainError('forbidden_rows', detail, [{ pointer: '/path/unit', code: 'forbidden_unit', detail }])
}
