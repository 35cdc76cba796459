import type { Insertable } from 'kysely'
import type { Sources } from '../../database/tables.ts'

export const SOURCES: Insertable<Sources>[] = [
  {
    code: 'bao-cao-2021',
    name: 'Báo cáo CCHC 6 tháng đầu năm 2021, tỉnh Thanh Hóa',
    precedence: 100,
    synthetic: false
  },
  {
    code: 'one-stop',
    name: 'Hệ thống một cửa điện tử',
    precedence: 100,
    synthetic: false
  },
  {
    code: 'sample',
    name: 'Số liệu giả lập để chạy thử, không phải số liệu thật',
    precedence: 0,
    synthetic: true
  }
]
