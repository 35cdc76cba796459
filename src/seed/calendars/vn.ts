import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import type { SpecialDay } from '../../working-time/calendar.ts'
import type { StoredCalendar } from '../../working-time/calendars/store.ts'

/** The calendar of Vietnam for civil servants, with the source of each day. */
export function vietnam (): StoredCalendar {
  const days = parse<SpecialDay>(readFileSync(new URL('vn.csv', import.meta.url)), { columns: true })
  const years = Map.groupBy(days, ({ date }) => Number(date.slice(0, 4)))
  return {
    code: 'vn',
    name: 'Lịch làm việc của cơ quan hành chính nhà nước, cả nước',
    province: null,
    weekend: [6, 7],
    office_hours: [{
      valid_from: '2020-01-01', morning_from: '07:00', morning_to: '11:30', afternoon_from: '13:30', afternoon_to: '17:00',
      source: 'Giờ mặc định của các phần mềm một cửa; mỗi tỉnh quy định giờ mùa hè và mùa đông của mình'
    }],
    reception_limits: [{
      valid_from: '2020-01-01', working_hours: 8, interlinked_working_hours: null,
      source: '8 giờ làm việc với hồ sơ trực tuyến, theo báo chí (nld.com.vn 04/11/2025); chưa rõ từ ngày nào, nên tính từ năm đầu ' +
        'của lịch này. Nơi có quy định riêng cho liên thông (Đà Nẵng 2023: 4 giờ) nhập vào lịch của tỉnh'
    }],
    years: [...years].map(([year, days]) => ({ year, days }))
  }
}
