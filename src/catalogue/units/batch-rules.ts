import { reaches, type Caller } from '../../contract/caller.ts'
import type { Batch } from '../../writes/batch.ts'
import type { ResolvedUnit } from './resolve.ts'

interface Draft {
  index: number
  row: { province_code: string }
}

/** @returns whether the caller may not write for the unit */
export function rejectForbiddenUnit (batch: Batch<unknown>, index: number, unit: ResolvedUnit, by: Caller): boolean {
  const forbidden = !reaches(by.unit, unit)
  if (forbidden) batch.reject(index, 'unit', 'forbidden_unit', `unit ${unit.code} is not within ${by.unit}, which this key may write for`)
  return forbidden
}

/** A batch is one transaction of one province, so that provinces can live on different machines. */
export function rejectSeveralProvinces (batch: Batch<unknown>, drafts: readonly Draft[]) {
  const accepted = new Set(batch.accepted.map(({ index }) => index))
  const first = drafts.find(({ index }) => accepted.has(index))?.row.province_code
  for (const { index, row } of drafts.filter(({ index }) => accepted.has(index))) {
    if (row.province_code === first) continue
    batch.reject(index, 'unit', 'several_provinces', `a batch is for one province; this one began with ${first}`)
  }
}

interface Days {
  starts_on: string
  ends_on: string
}

interface Period extends Days {
  code: string
}

/** Whether a unit exists in a period, if only for a day. */
export function existsIn ({ valid_from, valid_to }: Pick<ResolvedUnit, 'valid_from' | 'valid_to'>, period: Days): boolean {
  return valid_from <= period.ends_on && (valid_to === null || valid_to >= period.starts_on)
}

/** A unit reports for periods that it exists in. */
export function rejectUnitNotValid (batch: Batch<unknown>, index: number, unit: ResolvedUnit, period: Period) {
  if (existsIn(unit, period)) return
  const life = `${unit.valid_from} to ${unit.valid_to ?? 'today'}`
  batch.reject(index, 'unit', 'unit_not_valid', `unit ${unit.code} exists from ${life}, not in ${period.code}`)
}
