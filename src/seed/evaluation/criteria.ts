import type { Criterion, Group } from '../../evaluation/formulas/schema.ts'
import type { Formula } from '../../formulas/formula.ts'

/** The names of the groups of Decision 766/QĐ-TTg. */
export const GROUPS = {
  TRANSPARENCY: 'Công khai, minh bạch',
  PROGRESS: 'Tiến độ giải quyết hồ sơ',
  ONLINE_SERVICES: 'Cung cấp dịch vụ công trực tuyến',
  DIGITISATION: 'Số hóa hồ sơ',
  ONLINE_PAYMENT: 'Thanh toán trực tuyến',
  SATISFACTION: 'Mức độ hài lòng'
} as const

export function group (code: keyof typeof GROUPS, maximum: number, criteria: Criterion[]): Group {
  return { code, name: GROUPS[code], maximum, criteria }
}

export const input = (name: string): Formula => ({ op: 'input', name })
export const constant = (value: number): Formula => ({ op: 'constant', value })

/** What is divided, of one measure. */
export const RATIO = { op: 'ratio', numerator: input('numerator'), denominator: input('denominator') } as const
export const ratioOr = (whenZero: number): Formula => ({ ...RATIO, when_zero: constant(whenZero) })

/** All points for a rate of 1, and in proportion below. */
export const share = (points: number): Formula => (
  { op: 'product', of: [input('rate'), { op: 'constant', value: points, measure: 'points' }] })

/** All points from a rate on, and in proportion below. */
export const threshold = (fullFrom: number, points: number): Formula => (
  { op: 'proportional', value: input('rate'), full_from: fullFrom, points })

interface Divided {
  measure: string
  numerator: string
  denominator: string
}

type Given = Partial<Criterion> & Pick<Criterion, 'code' | 'name' | 'maximum'>

/** A criterion whose rate is one count divided by another. */
export function divided ({ measure, numerator, denominator }: Divided, given: Given): Criterion {
  const number = { type: 'number', measure, choices: null } as const
  return {
    levels: null,
    inputs: [{ name: 'numerator', ...number, meaning: numerator }, { name: 'denominator', ...number, meaning: denominator }],
    rate: RATIO, rate_status: 'rule', points: null, points_status: 'unknown', counted: null, note: null,
    ...given
  }
}
