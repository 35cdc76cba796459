import type { Service } from '../database.ts'

/** The province of the published figures, with units of both levels. */
export async function givenPhuTho ({ post }: Pick<Service, 'post'>) {
  const base = { reports_dossiers: true, valid_from: '2025-07-01' }
  const below = (code: string, level: string, kind: string, name: string) => ({ ...base, code, name, kind, level, parent: 'H44' })
  const { status, text } = await post('/v1/units', {
    items: [
      { ...base, code: 'H44', name: 'Tỉnh Phú Thọ', kind: 'province', level: 'province' },
      below('H44.01', 'province', 'office', 'Văn phòng Ủy ban nhân dân tỉnh'),
      below('H44.03', 'province', 'board', 'Ban Quản lý các khu công nghiệp'),
      below('H44.07', 'province', 'department', 'Sở Công Thương'),
      below('H44.13', 'province', 'department', 'Sở Ngoại vụ'),
      below('H44.100', 'commune', 'ward', 'Phường Việt Trì'),
      below('H44.104', 'commune', 'commune', 'Xã Hy Cương'),
      below('H44.108', 'commune', 'commune', 'Xã Bản Nguyên')
    ]
  })
  if (status !== 200) throw new Error(text)
}

/** Progress as the national portal published it for the third quarter of 2026: in time, handled, percent, points. */
export const PUBLISHED: Record<string, [number, number, number, number]> = {
  H44: [403_016, 464_494, 86.76, 17.35],
  'H44.01': [156, 161, 96.89, 19.38],
  'H44.03': [1_353, 1_484, 91.17, 18.23],
  'H44.07': [998, 1_271, 78.52, 15.7],
  'H44.13': [2, 4, 50, 10],
  'H44.100': [5_830, 6_684, 87.22, 17.44],
  'H44.104': [2_190, 2_821, 77.63, 15.53],
  'H44.108': [4_422, 4_539, 97.42, 19.48]
}

export const Q3 = 'cal-2026-Q3'

export function progress (unit: string, numerator: number, denominator: number, given: object = {}) {
  return { unit, period: Q3, criterion: 'PROGRESS_ON_TIME', source: 'one-stop', numerator, denominator, ...given }
}

export async function givenInputs ({ post }: Pick<Service, 'post'>, ...items: object[]) {
  const { status, text } = await post('/v1/evaluation-inputs', { items })
  if (status !== 200) throw new Error(text)
}
