import { DEPARTMENTS } from '../catalogue/departments.ts'

/** Departments that are new since 2025-03-01, by the abbreviation that they sign with. */
export const NEW_DEPARTMENTS = {
  SNNMT: { name: 'Sở Nông nghiệp và Môi trường', kind: 'department' },
  SDTTG: { name: 'Sở Dân tộc và Tôn giáo', kind: 'department' }
}

/** Whom each of these took over on that day. */
export const TAKEN_OVER: Record<string, (keyof typeof DEPARTMENTS)[]> = {
  SNV: ['SLDTBXH'],
  STC: ['SKHDT'],
  SXD: ['SGTVT'],
  SKHCN: ['STTTT'],
  SNNMT: ['SNNPTNT', 'STNMT'],
  SDTTG: ['BDT']
}

/** The codes of the departments since 2025-03-01. */
export function departmentsOfToday (): string[] {
  const ended: string[] = Object.values(TAKEN_OVER).flat()
  return [...Object.keys(DEPARTMENTS).filter(code => !ended.includes(code)), ...Object.keys(NEW_DEPARTMENTS)]
}
