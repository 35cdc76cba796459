import { departmentsOfToday } from '../reform/departments.ts'
import { caseloadOf, caseloadOfToday, type Caseload, type Reporting } from './caseload.ts'
import { randomFrom } from './random.ts'

type Flow = ReturnType<typeof dossiersOf>

export interface SyntheticStatistics extends Flow {
  unit: string
  period: string
  source: string
  scope: 'own'
  field: string
}

/** What differs from quarter to quarter. */
interface Quarter {
  period: string
  caseloadOf: (unit: Reporting) => Caseload
  /** The share that comes online, on average. */
  online: Record<string, number>
  /** Makes other figures of the same code. */
  seed: string
}

const OF_2021: Quarter = {
  period: '2021-Q3', caseloadOf, online: { province: 0.4, district: 0.12, commune: 0.04 }, seed: ''
}
// Of the quarters of 2026 the one that is over longest. It begins on 2025-12-15, so all of it is after the reform.
const OF_2026: Quarter = {
  period: '2026-Q1', caseloadOf: caseloadOfToday, online: { province: 0.45, commune: 0.4 }, seed: ' 2026-Q1'
}
const LATE_BY_LEVEL = { province: 0.04, district: 0.03, commune: 0.015 }
const LATE_BY_FIELD: Record<string, number> = {
  land: 2,
  construction: 1.5,
  'civil-status': 0.3,
  certification: 0.05
}

/** The dossiers of the 2021 report: the total of the province, which it does not break down by level or field. */
export function reportedStatistics () {
  return {
    unit: 'H56',
    period: '2021-H1',
    source: 'bao-cao-2021',
    scope: 'total' as const,
    received_online: 119_123,
    received_direct: 2_255_309,
    carried_over: 730_245,
    received: 3_104_677,
    resolved_in_time: 3_058_715,
    resolved_overdue: 3_600,
    resolved: 3_062_315,
    pending: 42_362
  }
}

/**
 * Citizens' feedback of the 2021 report, of the province as a whole: 86 resolved in time, 6 in work, and none that is
 * or was overdue. It does not tell what was carried over from what came in.
 */
export function reportedFeedback () {
  return {
    unit: 'H56',
    period: '2021-H1',
    source: 'bao-cao-2021',
    scope: 'total' as const,
    resolved_in_time: 86,
    resolved_overdue: 0,
    pending: 6,
    pending_overdue: 0
  }
}

/** Synthetic dossiers by unit and field, which the report does not give. Every call returns the same. */
export function syntheticStatistics (units: (Reporting & { reports_dossiers: boolean })[]): SyntheticStatistics[] {
  return statisticsOf(units.filter(unit => unit.reports_dossiers), OF_2021)
}

/** The same for the departments and communes of today. */
export function syntheticStatisticsOfToday (communes: readonly Reporting[]): SyntheticStatistics[] {
  const departments = departmentsOfToday().map(code => ({ code: `H56-${code}`, level: 'province', kind: 'department' }))
  return statisticsOf([...departments, ...communes], OF_2026)
}

function statisticsOf (units: Reporting[], quarter: Quarter): SyntheticStatistics[] {
  return units.flatMap(unit => {
    const activity = 0.6 + 0.9 * randomFrom(unit.code + quarter.seed)()
    return Object.entries(quarter.caseloadOf(unit)).map(([field, usual]) => ({
      unit: unit.code,
      period: quarter.period,
      source: 'sample',
      scope: 'own' as const,
      field,
      ...dossiersOf(unit, field, usual * activity, quarter)
    }))
  })
}

/** Draws the independent measures and derives the others, so that the form's identities hold by construction. */
function dossiersOf (unit: Reporting, field: string, expected: number, { online, seed }: Quarter) {
  const level = unit.level as keyof typeof LATE_BY_LEVEL
  const random = randomFrom(`${unit.code} ${field}${seed}`)
  const share = (whole: number, part: number) => Math.round(whole * part)
  // Most units are rarely late and a few are often late: the square of a uniform number is mostly near zero.
  const late = Math.min(3 * random() ** 2 * LATE_BY_LEVEL[level] * (LATE_BY_FIELD[field] ?? 1), 0.3)
  // A copy is certified while the citizen waits, so hardly any dossier is open at the end of a day.
  const open = (field === 'certification' ? 0.002 : 0.15) * random()

  const arrived = Math.round(expected * (0.75 + 0.5 * random()))
  const received_online = share(arrived, 2 * random() * online[level]!)
  const received_direct = arrived - received_online
  const carried_over = share(arrived, open * (0.5 + random()))
  const received = arrived + carried_over
  const pending = share(received, open)
  const pending_overdue = share(pending, late)
  const resolved = received - pending
  const resolved_overdue = share(resolved, late)
  const resolved_in_time = resolved - resolved_overdue
  const resolved_early = share(resolved_in_time, 0.2 + 0.7 * random())
  return {
    received_online,
    received_direct,
    received_postal: share(received_direct, 0.06 * random()),
    carried_over,
    received,
    resolved_early,
    resolved_on_time: resolved_in_time - resolved_early,
    resolved_in_time,
    resolved_overdue,
    resolved,
    pending_in_time: pending - pending_overdue,
    pending_overdue,
    pending
  }
}
