import type { Issue } from '../../../contract/errors.ts'
import { CODE, newestOf, statusIn } from './dossier.ts'
import { fault, isNothing, isSent, readInstant, readText } from './values.ts'

export interface Step {
  code: string
  /** Milliseconds since 1970. */
  at: number
  status: number
}

/** A step, or all that is wrong with it. Who took it, and what was written about it, stays behind. */
export function nationalStep (sent: unknown, now: number): Step | Issue[] {
  if (!isSent(sent)) return [fault('', 'invalid_type')]
  const issues: Issue[] = []
  const code = readText(sent, 'MaHoSo', CODE, issues)
  const status = statusIn(sent, 'TrangThai', issues)
  const instant = readInstant(sent, 'ThoiDiemXuLy', issues)
  if (isNothing(sent['ThoiDiemXuLy'])) issues.push(fault('ThoiDiemXuLy', 'missing'))
  const at = newestOf([instant], now)
  if (instant !== undefined && at === null) issues.push(fault('ThoiDiemXuLy', 'out_of_range'))
  return issues.length > 0 ? issues : { code: code!, at: at!, status }
}
