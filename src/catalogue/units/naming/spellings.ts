// A unit may be named in several ways. What each may mean, before anything is looked up.
import { isDay } from '../../../time/business-day.ts'

/** What may stand for a unit in the database. The first kind with a match decides. */
export interface Lookup {
  kind: 'id' | 'code' | 'own_alias' | 'alias' | 'national'
  /** Of an alias; null: any source. */
  source: string | null
  code: string
}

export interface Spelling {
  lookups: Lookup[]
  /** The day in `code@YYYY-MM-DD`, on which the unit must have the code; null: none is given. */
  day: string | null
}

/**
 * The name of exactly one unit, however many have had its code. No caller can write it: names do not begin with `@`.
 * @param id as the database has it
 */
export function exactly (id: string): string {
  return `@${id}`
}

/** @param source whose own aliases count; null: none */
export function spellingOf (name: string, source: string | null): Spelling {
  if (name.startsWith('@')) return { lookups: [{ kind: 'id', source: null, code: name.slice(1) }], day: null }
  const [, base = name, day = null] = /^(.+)@(\d{4}-\d{2}-\d{2})$/.exec(name) ?? []
  // No unit has a code on a day that the calendar has not.
  if (day !== null && !isDay(day)) return { lookups: [], day }
  // A plain code is no id: the first unit with the code has it for its id.
  const byId: Lookup[] = day === null ? [] : [{ kind: 'id', source: null, code: name }]
  return { day, lookups: [...byId, { kind: 'code', source: null, code: base }, ...aliasesOf(base, source)] }
}

function aliasesOf (name: string, own: string | null): Lookup[] {
  const [, source = null, code = ''] = /^([^:]*):(.*)$/s.exec(name) ?? []
  return [
    ...own === null ? [] : nationalForms(name).map((code): Lookup => ({ kind: 'own_alias', source: own, code })),
    ...source === null ? [] : nationalForms(code).map((code): Lookup => ({ kind: 'alias', source, code })),
    // The same in all systems, so it needs no source.
    ...isNational(name) ? nationalForms(name).map((code): Lookup => ({ kind: 'national', source: null, code })) : []
  ]
}

const SUFFIX_STYLE = /^\d{2,3}(?:\.\d{2}){2,3}\.[A-Z]\d{2}$/
const PREFIX_STYLE = /^[A-Z]\d{2}(?:\.\d{2,3}){1,4}$/

export function isNational (code: string): boolean {
  return SUFFIX_STYLE.test(code) || PREFIX_STYLE.test(code)
}

/**
 * A national identifier of a unit in both of its styles: `000.17.22.H56`, from the unit up, where zeros stand for
 * levels that it has not, and `H56.22.17`, from the top down. Any other code as it is.
 */
export function nationalForms (code: string): string[] {
  if (SUFFIX_STYLE.test(code)) return [code, code.split('.').reverse().join('.').replace(/(?:\.0+)+$/, '')]
  if (!PREFIX_STYLE.test(code)) return [code]
  const groups = code.split('.')
  const missing = groups.length < 4 ? [...Array<string>(3 - groups.length).fill('00'), '000'] : []
  return [code, [...groups, ...missing].reverse().join('.')]
}

/** A national identifier in one spelling of all that mean the same: from the top down, without zeros for levels. */
export function nationalName (code: string): string {
  const fromTop = SUFFIX_STYLE.test(code) ? code.split('.').reverse().join('.') : code
  return fromTop.replace(/(?:\.0+)+$/, '')
}
