import type { Period } from '../../catalogue/periods/schema.ts'
import type { DocumentLanguage, Line, Sides } from '../../documents/document.ts'
import type { Reporting } from './queries.ts'

const QUARTERS = ['I', 'II', 'III', 'IV']

/** What officials call a period: `6 tháng đầu năm 2021`. */
export function periodName ({ code, kind, year, ends_on }: Period, language: DocumentLanguage = 'vi'): string {
  const month = Number(ends_on.slice(5, 7))
  if (language === 'en') return englishPeriodName({ code, kind, year }, month)
  switch (kind) {
    case 'month': return `Tháng ${month} năm ${year}`
    case 'quarter': return `Quý ${QUARTERS[Math.ceil(month / 3) - 1]!} năm ${year}`
    case 'half_year': return `6 tháng ${month > 6 ? 'cuối' : 'đầu'} năm ${year}`
    case 'nine_months': return `9 tháng năm ${year}`
    case 'year': return `Năm ${year}`
    default: return code
  }
}

function englishPeriodName ({ code, kind, year }: Pick<Period, 'code' | 'kind' | 'year'>, month: number): string {
  switch (kind) {
    case 'month': return `${MONTHS[month - 1]!} ${year}`
    case 'quarter': return `quarter ${QUARTERS[Math.ceil(month / 3) - 1]!} of ${year}`
    case 'half_year': return `${month > 6 ? 'last' : 'first'} six months of ${year}`
    case 'nine_months': return `nine months of ${year}`
    case 'year': return String(year)
    default: return code
  }
}

const MONTHS = [
  'January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'
]

/** As `15 December 2020`. */
export function englishDay (day: string): string {
  const [year, month, date] = day.split('-')
  return `${Number(date)} ${MONTHS[Number(month) - 1]!} ${year!}`
}

/** The line below the title: `(Kỳ báo cáo: 6 tháng đầu năm 2021, từ ngày 15/12/2020 đến ngày 14/6/2021)`. */
export function periodLine (period: Period, language: DocumentLanguage = 'vi'): Line {
  const { starts_on, ends_on } = period
  if (language === 'en') {
    const days = `${englishDay(starts_on)} to ${englishDay(ends_on)}`
    return { text: `(Reporting period: ${periodName(period, language)}, from ${days})`, italic: true }
  }
  const days = `từ ngày ${dayText(starts_on)} đến ngày ${dayText(ends_on)}`
  return { text: `(Kỳ báo cáo: ${periodName(period)}, ${days})`, italic: true }
}

/** As in official documents: days have two digits, and so have the months 1 and 2, but no others. */
export function dayText (day: string): string {
  const [year, month, date] = day.split('-')
  return `${date}/${Number(month) < 3 ? month : Number(month)}/${year}`
}

/** Words before the name of a place that its line leaves out. */
const KINDS_OF_PLACES = /^(?:tỉnh|thành phố|thị xã|thị trấn|huyện|quận|phường|xã|đặc khu)\s+/i

/** Who receives the report, and who signs it where and when: all of it is filled in by hand. */
export function signatureOf (
  { place_name: place }: Pick<Reporting, 'place_name'>, language: DocumentLanguage = 'vi'
): Sides {
  const name = place.replace(KINDS_OF_PLACES, '')
  if (language === 'en') {
    return {
      left: [{ text: 'Recipients:', bold: true, italic: true }, { text: '- ………………………;' }, { text: '- Archive, ………' }],
      right: [
        { text: `${name}, …… ……………… ………`, italic: true }, { text: 'HEAD OF THE UNIT', bold: true },
        { text: '(Signature of the authorised person, seal of the body, full name)', italic: true }
      ],
      align: 'center'
    }
  }
  return {
    left: [
      { text: 'Nơi nhận:', bold: true, italic: true }, { text: '- ………………………;' }, { text: '- Lưu: VT, ………' }
    ],
    right: [
      { text: `${name}, ngày …… tháng …… năm ………`, italic: true },
      { text: 'THỦ TRƯỞNG ĐƠN VỊ', bold: true },
      { text: '(Chữ ký của người có thẩm quyền, dấu của cơ quan, họ và tên)', italic: true }
    ],
    align: 'center'
  }
}
