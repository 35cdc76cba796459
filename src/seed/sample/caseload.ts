import type { Selectable } from 'kysely'
import type { Units } from '../../database/tables.ts'
import { TAKEN_OVER } from '../reform/departments.ts'
import type { DepartmentCode } from '../catalogue/departments.ts'
import type { FieldCode } from '../catalogue/fields.ts'

/** Dossiers that a unit receives in a quarter, by field. Fields that it does not serve are left out. */
export type Caseload = Partial<Record<FieldCode, number>>

// Chosen so that the province receives about as many dossiers in a quarter as in half of the reported half year.
const COMMUNE: Caseload = {
  certification: 1600,
  'civil-status': 190,
  'social-protection': 55,
  land: 38,
  merit: 22,
  construction: 4,
  complaints: 3
}

const DISTRICT: Caseload = {
  certification: 4200,
  land: 2300,
  'social-protection': 700,
  'business-registration': 420,
  'civil-status': 130,
  construction: 110,
  education: 60,
  'home-affairs': 40,
  environment: 18,
  complaints: 12
}

const DEPARTMENT: Record<DepartmentCode, Caseload> = {
  VPUBND: { complaints: 60, 'home-affairs': 15 },
  TTT: { complaints: 40 },
  SNV: { 'home-affairs': 320 },
  STP: { justice: 5200, 'civil-status': 140 },
  SKHDT: { 'business-registration': 3600, investment: 150 },
  STC: { finance: 110 },
  SCT: { trade: 9500 },
  SNNPTNT: { agriculture: 1300, environment: 25 },
  SGTVT: { transport: 16_000, construction: 35 },
  SXD: { construction: 650 },
  STNMT: { land: 3400, environment: 130 },
  STTTT: { information: 90 },
  SLDTBXH: { labour: 1900, merit: 1400, 'social-protection': 80 },
  SVHTTDL: { culture: 260 },
  SKHCN: { science: 75 },
  SGDDT: { education: 480 },
  SYT: { health: 1700 },
  SNGV: { 'foreign-affairs': 45 },
  BDT: { 'ethnic-affairs': 8 },
  BQLKKTNS: { investment: 90, construction: 75, environment: 30, labour: 160 }
}

const SIZES: Record<string, number> = {
  city: 2.4,
  town: 1.6,
  district: 0.9,
  ward: 1.6,
  township: 1.3,
  commune: 0.85
}

export type Reporting = Pick<Selectable<Units>, 'code' | 'level' | 'kind'>

/** The usual caseload of a unit of 2021. */
export function caseloadOf ({ code, level, kind }: Reporting): Caseload {
  const usual = level === 'commune' ? COMMUNE : level === 'district' ? DISTRICT : ofDepartment(code)
  return times(usual, SIZES[kind] ?? 1)
}

/** That of a unit of today: the same dossiers, of which communes took over those of districts. */
export function caseloadOfToday ({ code, level, kind }: Reporting): Caseload {
  if (level === 'commune') return times(sumOf([times(COMMUNE, 559 / 166), times(DISTRICT, 27 / 166)]), SIZES[kind]!)
  return sumOf([code, ...TAKEN_OVER[code.replace('H56-', '')] ?? []].map(ofDepartment))
}

/** Nothing for a department that begins later. */
function ofDepartment (code: string): Caseload {
  const caseloads: Record<string, Caseload> = DEPARTMENT
  return caseloads[code.replace('H56-', '')] ?? {}
}

function times (caseload: Caseload, factor: number): Caseload {
  return Object.fromEntries(Object.entries(caseload).map(([field, dossiers]) => [field, dossiers * factor]))
}

function sumOf (caseloads: Caseload[]): Caseload {
  const sum: Record<string, number> = {}
  for (const [field, dossiers] of caseloads.flatMap(one => Object.entries(one))) {
    sum[field] = (sum[field] ?? 0) + dossiers
  }
  return sum
}
