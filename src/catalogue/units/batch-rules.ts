import { reaches, type Caller } from '../../contract/caller.ts'
import type { Issue } from '../../contract/errors.ts'
import type { Rule } from '../../writes/ingest-batch.ts'
import { issueAt } from '../../writes/row-issues.ts'
import type { Trx } from '../../database/connect.ts'
import { existsIn, unitNotValid, type Days } from './lifetime.ts'
import { successorsOf, type UnitsById } from './lineage/successions.ts'
import type { ResolvedUnit } from './resolve.ts'

/** The issue of a unit that the caller may not write for. */
export function reachIssues (unit: ResolvedUnit, { unit: reach }: Caller): Issue[] {
  if (reaches(reach, unit)) return []
  return [issueAt('unit', 'forbidden_unit', `unit ${unit.id} is not within ${reach}, which this key may write for`)]
}

/** Those that came after units which had ended before the periods that they report for. */
export async function successorsAfter (
  trx: Trx, reported: Iterable<readonly [ResolvedUnit | undefined, Days | undefined]>
): Promise<UnitsById> {
  const ended = [...reported].flatMap(([unit, period]) => (
    unit === undefined || period === undefined || existsIn(unit, period) ? [] : [unit.id]))
  return successorsOf(trx, [...new Set(ended)])
}

/** The issue of a unit that does not exist in the period that it reports for. */
export function lifetimeIssues (unit: ResolvedUnit, period: Days & { code: string }, successors: UnitsById): Issue[] {
  if (existsIn(unit, period)) return []
  const then = (successors.get(unit.id) ?? []).filter(successor => existsIn(successor, period))
  return [unitNotValid(unit, `in ${period.code}`, { successors: then.map(({ id }) => id) })]
}

/** A batch is one transaction of one province, so that provinces can live on different machines. */
export const severalProvinces: Rule<{ province_code: string }> = ({ sound }) => {
  const first = sound[0]?.row.province_code
  return sound.filter(({ row }) => row.province_code !== first)
    .map(({ index }) => ({ index, issues: [otherProvince(first!)] }))
}

/** The issue of a row of another province than the first. */
export function otherProvince (first: string): Issue {
  return issueAt('unit', 'several_provinces', `a batch is for one province; this one began with ${first}`)
}
