import type { Service } from '../../database.ts'

/** A value of an indicator: a number, a fraction as its two parts, or a choice. */
export type Given = number | [numerator: number, denominator: number] | { choice: number }
export type GivenReport = Record<string, Given>

/** By how much figures of a made-up report may change before one is more than another. */
export const SLACK = 20

/**
 * A report on the form of 2021 in which everything agrees.
 * @param n where the numbers come from: each at least 0
 */
export function consistentReport (n: (most: number) => number = () => 0): GivenReport {
  const parts = [500 + n(500), 300 + n(300), 200 + n(200)] as const
  const procedures = parts[0] + parts[1] + parts[2]
  const portal = procedures - SLACK - n(50)
  const online = { 3: 100 + n(100), 4: 200 + n(200) }
  const owned = [50 + n(10), 200 + n(100), 1_000 + n(900)] as const
  const serviceUnits = owned[0] + owned[1] + owned[2]
  const autonomous = [SLACK + n(9), SLACK + n(20), SLACK + n(200)] as const
  const [assigned, reduced] = [3_000 + n(900), 300 + n(90)]
  const [staff, staffReduced] = [60_000 + n(900), 9_000 + n(900)]
  const oneDecimal = (part: number, whole: number) => Math.round(1_000 * part / whole) / 10
  return {
    '1.1.1': 60, '1.1.2': 30, '1.1.3': 14, '1.2.1': 3, '1.2.2': 4, '1.2.3': 50, '1.2.4': 20, '1.3.1': 90, '1.3.2': 40, '1.3.3': 5,
    '1.4.1': 100, '1.4.2': { choice: 2 }, 1.5: { choice: 1 },
    2.1: 10, 2.2: 70, 2.3: 401, 2.4: 54, 2.5: 14,
    '3.1.1': 48, '3.1.2': 39, '3.1.3': procedures, '3.1.3.a': parts[0], '3.1.3.b': parts[1], '3.1.3.c': parts[2],
    '3.2.1': portal - SLACK, '3.2.2': online[3] + online[4] - SLACK, '3.3.1': 300, '3.3.2': 45, '3.3.3': 100, '3.3.4': 99.5,
    '3.4.1': 92.41, '3.4.2': 97.24, '3.4.3': 99.95, '3.4.4': 98, '3.4.5': 97,
    '3.5.1': portal, '3.5.2': online[3] + online[4], '3.5.3': portal - online[3] - SLACK,
    '4.1.1': 20, '4.1.2': 5, '4.1.3': 61, '4.1.4': serviceUnits, '4.1.4.a': owned[0], '4.1.4.b': owned[1], '4.1.4.c': owned[2], '4.1.4.d': 9.6,
    '4.2.1': assigned, '4.2.2': assigned - SLACK, '4.2.3': 0, '4.2.4': reduced, '4.2.5': oneDecimal(reduced, assigned + reduced),
    '4.3.1': staff, '4.3.2': staff - SLACK, '4.3.3': staffReduced, '4.3.4': oneDecimal(staffReduced, staff + staffReduced),
    '5.1.1': [48, 48], '5.1.2': serviceUnits - SLACK, '5.1.3': 0, '5.2.1': 7, '5.2.2': 71, '5.2.3': 1, '5.2.4': 4_822, '5.2.5': 2,
    '5.3.1': { choice: 1 }, '5.3.2': 14, '5.3.3': 6, '5.3.4': 8, '5.4.1': 0, '5.4.2': 1, '5.4.3': 2, '5.4.4': 3,
    6.1: autonomous[0], 6.2: autonomous[1], 6.3: autonomous[2],
    6.4: serviceUnits - autonomous[0] - autonomous[1] - autonomous[2], 6.5: 0,
    7.1: { choice: 1 }, 7.2: { choice: 2 }, 7.3: { choice: 2 }, 7.4: 100, 7.5: { choice: 2 },
    '7.6.1.a': 100, '7.6.1.b': 100, '7.6.1.c': 100, '7.6.2': 323_671, '7.6.2.a': 91.5, '7.6.2.b': 8.5,
    '7.7.1': 100, '7.7.2': 100, '7.7.3': 100, '7.8.1': online[3], '7.8.2': online[4], '7.8.3': 85.43, '7.8.4': 71.13
  }
}

/** Figures of a unit as they are posted. */
export function itemsOf (unit: string, period: string, figures: GivenReport): object[] {
  return Object.entries(figures).map(([indicator, value]) => ({ unit, period, indicator, ...valueOf(value) }))
}

/** Reports figures of a unit, as a client does. */
export async function givenReport (
  { post }: Pick<Service, 'post'>, unit: string, period: string, figures: GivenReport
): Promise<void> {
  const { status, text } = await post('/v1/indicator-values', { items: itemsOf(unit, period, figures) })
  if (status !== 200) throw new Error(text)
}

function valueOf (value: Given): object {
  if (typeof value === 'number') return { number: value }
  return Array.isArray(value) ? { numerator: value[0], denominator: value[1] } : value
}

export const input = (name: string) => ({ op: 'input', name })
export const constant = (value: number, measure: string) => ({ op: 'constant', value, measure })

/** A rule to post: that there are at most ten new procedures, unless it says otherwise. */
export function ruleOf (given: object): object {
  return {
    code: 'own', form: 'cchc-2021', kind: 'bound', severity: 'error', left: input('3.1.1'), comparison: 'at_most',
    right: constant(10, 'count'), message_vi: 'Có {left}, quá {right}.', message_en: 'There are {left}, more than {right}.',
    valid_from: '2020-12-15', ...given
  }
}

/** What is found in a report, without messages: rule, indicator, and the figures. */
export async function found ({ get }: Pick<Service, 'get'>, unit: string, period: string): Promise<(string | number | null)[][]> {
  const { status, text, body } = await get(`/v1/reports/${unit}/${period}/checks`)
  if (status !== 200) throw new Error(text)
  return body.findings.map(({ rule, indicator, left, right, difference }: Record<string, string | number | null>) => (
    [rule!, indicator!, left!, right!, difference!]))
}
