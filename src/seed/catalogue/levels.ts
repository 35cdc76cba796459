import type { Levels } from '../../database/tables.ts'

// Decree-law 63/SL of 22 November 1945 established people's councils and committees at these levels.
const SINCE = '1945-11-22'

export const LEVELS: Levels[] = [
  { code: 'province', name: 'Cấp tỉnh', position: 1, valid_from: SINCE, valid_to: null },
  { code: 'district', name: 'Cấp huyện', position: 2, valid_from: SINCE, valid_to: '2025-06-30' },
  { code: 'commune', name: 'Cấp xã', position: 3, valid_from: SINCE, valid_to: null }
]
