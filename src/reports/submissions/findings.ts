import { sql } from 'kysely'
import type { Reach } from '../../contract/caller.ts'
import type { Db } from '../../database/connect.ts'
import type { ReportKey } from '../stages/stage.ts'

/** What a check found in a report. */
export interface Finding {
  rule: string
  /** Errors keep a report from being submitted; for warnings the unit says something in a note. */
  severity: 'error' | 'warning'
  indicators: readonly string[]
  message: string
}

/** Checks a report. */
export type FindingsOf = (
  db: Db, report: Pick<ReportKey, 'unit' | 'period' | 'form'>, reach: Reach
) => Promise<{ findings: readonly Finding[] }>

/** Sums that the form itself states, and their parts. */
const SUMS: readonly [total: string, ...parts: string[]][] = [
  ['3.1.3', '3.1.3.a', '3.1.3.b', '3.1.3.c'],
  ['4.1.4', '4.1.4.a', '4.1.4.b', '4.1.4.c']
]

/** The sums that do not hold, as far as all of their parts are given. */
export const findingsOfSums: FindingsOf = async (db, { unit, period, form }) => {
  const { rows } = await sql<{ indicator: string, number: number }>`
    select indicator, number from indicator_values
    where province_code = (select province_code from units where id = ${unit}) and unit = ${unit}
      and period = ${period} and form = ${form} and number is not null and indicator = any(${SUMS.flat()})`.execute(db)
  const numbers = new Map(rows.map(({ indicator, number }) => [indicator, number]))
  const findings = SUMS.flatMap(([total, ...parts]): Finding[] => {
    const stated = numbers.get(total)
    const known = parts.map(part => numbers.get(part)).filter(number => number !== undefined)
    const sum = known.reduce((sum, number) => sum + number, 0)
    if (stated === undefined || known.length < parts.length || stated === sum) return []
    const message = `${total} (${stated}) is not ${parts.join(' + ')} (${sum})`
    return [{ rule: `sum-${total}`, severity: 'error', indicators: [total, ...parts], message }]
  })
  return { findings }
}
