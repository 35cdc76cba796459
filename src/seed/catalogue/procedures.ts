import type { ProcedureItem } from '../../catalogue/procedures/schema.ts'
import type { FieldCode } from './fields.ts'

type KnownProperties = Omit<ProcedureItem, 'interlinked'> & Partial<ProcedureItem> & { field: FieldCode }

// Each is valid from the day on which the law or decree behind it took effect.
const CIVIL_STATUS_LAW = '2016-01-01'
const CERTIFICATION_DECREE = '2015-04-10'

/** Common national procedures, to try the service with. Properties that a province decides are unknown. */
export const PROCEDURES: ProcedureItem[] = [
  procedure({
    code: '1.001193', name: 'Đăng ký khai sinh',
    field: 'civil-status', level: 'commune', valid_from: CIVIL_STATUS_LAW
  }),
  procedure({
    code: '1.000894', name: 'Đăng ký kết hôn',
    field: 'civil-status', level: 'commune', valid_from: CIVIL_STATUS_LAW
  }),
  procedure({
    code: '1.000656', name: 'Đăng ký khai tử',
    field: 'civil-status', level: 'commune', valid_from: CIVIL_STATUS_LAW
  }),
  procedure({
    code: '1.004873', name: 'Cấp Giấy xác nhận tình trạng hôn nhân',
    field: 'civil-status', level: 'commune', valid_from: CIVIL_STATUS_LAW, statutory_working_days: 3
  }),
  procedure({
    code: '2.000806', name: 'Đăng ký kết hôn có yếu tố nước ngoài',
    field: 'civil-status', level: 'district', valid_from: CIVIL_STATUS_LAW, statutory_working_days: 15
  }),
  procedure({
    code: '2.000635', name: 'Cấp bản sao Trích lục hộ tịch',
    field: 'civil-status', level: 'commune', valid_from: CIVIL_STATUS_LAW
  }),
  procedure({
    code: '2.000815', name: 'Chứng thực bản sao từ bản chính giấy tờ, văn bản do cơ quan có thẩm quyền cấp',
    field: 'certification', level: 'commune', valid_from: CERTIFICATION_DECREE
  }),
  procedure({
    code: '2.000884', name: 'Chứng thực chữ ký trong các giấy tờ, văn bản',
    field: 'certification', level: 'commune', valid_from: CERTIFICATION_DECREE
  }),
  procedure({
    code: '2.000488',
    name: 'Cấp Phiếu lý lịch tư pháp cho công dân Việt Nam, người nước ngoài đang cư trú tại Việt Nam',
    field: 'justice', level: 'province', valid_from: '2010-07-01'
  }),
  procedure({
    code: '1.001612', name: 'Đăng ký thành lập hộ kinh doanh',
    field: 'business-registration', level: 'district', valid_from: '2021-01-04', statutory_working_days: 3
  }),
  procedure({
    code: '1.001776',
    name: 'Thực hiện, điều chỉnh, thôi hưởng trợ cấp xã hội hàng tháng, hỗ trợ kinh phí chăm sóc, nuôi dưỡng hàng tháng',
    field: 'social-protection', level: 'district', valid_from: '2021-07-01', interlinked: 'cross_level'
  }),
  procedure({
    code: '1.002809', name: 'Đổi giấy phép lái xe do ngành Giao thông vận tải cấp',
    field: 'transport', level: 'province', valid_from: '2017-06-01', statutory_working_days: 5
  }),
  procedure({
    code: '1.004227',
    name: 'Đăng ký biến động về sử dụng đất, tài sản gắn liền với đất do thay đổi thông tin về người được cấp Giấy chứng nhận',
    field: 'land', level: 'province', valid_from: '2014-07-01'
  }),
  procedure({
    code: '1.009994',
    name: 'Cấp giấy phép xây dựng mới đối với công trình cấp III, cấp IV và nhà ở riêng lẻ',
    field: 'construction', level: 'district', valid_from: '2021-03-03'
  })
]

function procedure (known: KnownProperties): ProcedureItem {
  return { interlinked: 'none', ...known }
}
