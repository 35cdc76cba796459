import type { Fields } from '../../database/tables.ts'

const NAMES = {
  land: 'Đất đai',
  construction: 'Xây dựng',
  environment: 'Môi trường',
  'civil-status': 'Hộ tịch',
  certification: 'Chứng thực',
  justice: 'Tư pháp',
  'business-registration': 'Đăng ký kinh doanh',
  investment: 'Đầu tư',
  trade: 'Công Thương',
  transport: 'Giao thông vận tải',
  agriculture: 'Nông nghiệp và phát triển nông thôn',
  health: 'Y tế',
  education: 'Giáo dục và đào tạo',
  labour: 'Lao động, việc làm',
  'social-protection': 'Bảo trợ xã hội',
  merit: 'Người có công',
  culture: 'Văn hóa, thể thao và du lịch',
  information: 'Thông tin và truyền thông',
  science: 'Khoa học và công nghệ',
  finance: 'Tài chính',
  'home-affairs': 'Nội vụ',
  'foreign-affairs': 'Ngoại vụ',
  'ethnic-affairs': 'Dân tộc',
  complaints: 'Khiếu nại, tố cáo'
}

export type FieldCode = keyof typeof NAMES

export const FIELDS: Fields[] = Object.entries(NAMES)
  .map(([code, name], i) => ({ code, name, position: i + 1 }))
