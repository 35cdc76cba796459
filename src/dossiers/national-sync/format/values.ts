// How values of the national format are read. Nothing here repeats a value: it could be a name in a wrong place.
import type { Issue, IssueCode } from '../../../contract/errors.ts'
import { instantOf } from '../../../time/rfc3339.ts'

/** An object as it was sent: its properties can be anything. */
export type Sent = Readonly<Record<string, unknown>>

export function isSent (value: unknown): value is Sent {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export interface SentInstant {
  /** RFC 3339. */
  text: string
  milliseconds: number
}

/** What is wrong with each code, for people. */
const SENTENCES = {
  missing: 'is needed', invalid_type: 'has a wrong type', malformed: 'is not written as it should be',
  not_allowed: 'is none of the values that there are', out_of_range: 'is out of range'
} as const
type Fault = keyof typeof SENTENCES

/** @param at where in the dossier, such as `NgayTiepNhan` or `TaiLieuNop/0/DuocSoHoa`; its last part is named */
export function fault (at: string, code: Fault & IssueCode): Issue {
  return { pointer: at === '' ? '' : `/${at}`, code, detail: `${at.slice(at.lastIndexOf('/') + 1)} ${SENTENCES[code]}` }
}

const BLANK = 32

/** Nothing is said: left out, null, or a text of nothing but blanks. */
export function isNothing (value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true
  // Nearly all texts begin with something: they need no copy without blanks.
  return typeof value === 'string' && value.charCodeAt(0) <= BLANK && value.trim() === ''
}

/**
 * An instant as local time (+07:00): `yyyyMMddHHmmss`, `yyyy-MM-ddTHH:mm:ss` or `dd/MM/yyyy HH:mm:ss`. The second may
 * have fractions of a second, and an offset of its own.
 * @returns undefined: none is given, or it is at fault
 */
export function readInstant (sent: Sent, name: string, issues: Issue[], at = name): SentInstant | undefined {
  const value = sent[name]
  if (isNoInstant(value)) return undefined
  if (typeof value !== 'string') {
    issues.push(fault(at, 'invalid_type'))
    return undefined
  }
  const text = rfc3339(value.length === 14 ? value : value.trim())
  const milliseconds = instantOf(text)
  if (!Number.isNaN(milliseconds)) return { text, milliseconds }
  issues.push(fault(at, 'malformed'))
  return undefined
}

/** Nothing, zeros alone, or the first instant of year 1: what software writes for a date that it does not have. */
export function isNoInstant (value: unknown): boolean {
  return isNothing(value) || (typeof value === 'string' && value.charCodeAt(0) === ZERO && NO_DATE.test(value))
}

const NO_DATE = /^(?:0001-?01-?01[T ]?|01\/01\/0001 |0000-?00-?00[T ]?|00\/00\/0000 )00:?00:?00/

/** The same instant in RFC 3339; something that is none, where it is none. */
function rfc3339 (text: string): string {
  if (text.length === 14) return fromDigits(text)
  if (text.length === 19 && text.charAt(2) === '/' && text.charAt(5) === '/' && text.charAt(10) === ' ') {
    return `${text.slice(6, 10)}-${text.slice(3, 5)}-${text.slice(0, 2)}T${text.slice(11)}+07:00`
  }
  const isLocal = text.length === 19 || Number.isNaN(instantOf(text))
  return isLocal ? `${text}+07:00` : text
}

/**
 * `yyyy-MM-ddTHH:mm:ss+07:00` of `yyyyMMddHHmmss`. At once, and not from parts that are put together: a message has
 * five of them, and the parts are most of what it costs to read one.
 */
function fromDigits (text: string): string {
  const at = (i: number) => text.charCodeAt(i)
  return String.fromCharCode(
    at(0), at(1), at(2), at(3), MINUS, at(4), at(5), MINUS, at(6), at(7), T, at(8), at(9), COLON, at(10), at(11), COLON,
    at(12), at(13), PLUS, ZERO, SEVEN, COLON, ZERO, ZERO)
}

const MINUS = 45
const PLUS = 43
const ZERO = 48
const SEVEN = 55
const COLON = 58
const T = 84

/** `1`, `true` or `0`, `false`, as a text, a number or a boolean. undefined: not given, or at fault. */
export function readFlag (sent: Sent, name: string, issues: Issue[], at = name): boolean | undefined {
  const value = sent[name]
  if (isNothing(value)) return undefined
  if (value === '1' || value === 1 || value === true || value === 'true' || value === 'True') return true
  if (value === '0' || value === 0 || value === false || value === 'false' || value === 'False') return false
  issues.push(fault(at, 'not_allowed'))
  return undefined
}

/** One of some numbers, as a text or a number. undefined: not given, or at fault. */
export function readChoice<T> (
  sent: Sent, name: string, choices: ReadonlyMap<string, T>, issues: Issue[]
): T | undefined {
  const value = sent[name]
  if (isNothing(value)) return undefined
  const choice = typeof value === 'string' || typeof value === 'number'
    ? choices.get(value as string) ?? choices.get(String(value).trim())
    : undefined
  if (choice === undefined) issues.push(fault(name, 'not_allowed'))
  return choice
}

/** The objects of a list. undefined: none is given, it is empty, or it is at fault. */
export function readList (sent: Sent, name: string, issues: Issue[]): readonly Sent[] | undefined {
  const value = sent[name]
  if (isNothing(value)) return undefined
  if (!Array.isArray(value)) {
    issues.push(fault(name, 'invalid_type'))
    return undefined
  }
  if (value.length === 0) return undefined
  for (let i = 0; i < value.length; i++) if (!isSent(value[i])) issues.push(fault(`${name}/${i}`, 'invalid_type'))
  return value.every(isSent) ? value : value.filter(isSent)
}

/** A text that has a form. undefined: not given, or at fault. */
export function readText (sent: Sent, name: string, form: RegExp, issues: Issue[]): string | undefined {
  const value = sent[name]
  if (isNothing(value)) {
    issues.push(fault(name, 'missing'))
    return undefined
  }
  const text = typeof value === 'string' ? value.trim() : ''
  if (form.test(text)) return text
  issues.push(fault(name, typeof value === 'string' ? 'malformed' : 'invalid_type'))
  return undefined
}
