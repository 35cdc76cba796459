import { dayOf, nameOfDay } from '../../src/time/business-day.ts'

/** How many objects of a list an example shows, and of one within an object of a list. */
const SHOWN = [3, 1]

const FIXED = {
  key: `cchc_0123456789abcdef_${'x'.repeat(43)}`,
  id: '0123456789abcdef',
  instant: '2026-01-05T08:00:00.000+07:00',
  day: '2026-01-05',
  cursor: 'eyJhZnRlciI6MH0',
  uuid: '00000000-0000-4000-8000-000000000000'
}

const KEY = /^cchc_(\w{16})_[\w-]{43}$/
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const INSTANT = /^\d{4}-\d\d-\d\dT/

/**
 * What was recorded, short and the same each time: long lists are cut, and what is new with each recording is replaced,
 * such as ids, the instants since its start and the day that it is about. No key that works is left in it.
 */
export function fixed<T extends object> (recorded: T, start: number): T {
  const ids = new Set<string>()
  const today = nameOfDay(dayOf(start))
  JSON.stringify(recorded, (_, value: unknown) => {
    const [, id] = KEY.exec(String(value)) ?? []
    if (id !== undefined) ids.add(id)
    return value
  })
  return shortened(JSON.parse(JSON.stringify(recorded, (name, value: unknown) => (
    typeof value === 'string' ? fixedText(name, value) : value)))) as T

  function fixedText (name: string, text: string): string {
    if (KEY.test(text)) return FIXED.key
    if (ids.has(text)) return FIXED.id
    if (UUID.test(text)) return FIXED.uuid
    if (name === 'next_cursor') return FIXED.cursor
    if (name === 'as_of' && text >= today) return FIXED.day
    return INSTANT.test(text) && Date.parse(text) >= start ? FIXED.instant : text
  }
}

/** Lists of texts stay whole. */
function shortened (value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (!Array.isArray(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, shortened(one, depth)]))
  }
  return typeof value[0] !== 'object' ? value : value.slice(0, SHOWN[depth]).map(one => shortened(one, depth + 1))
}
