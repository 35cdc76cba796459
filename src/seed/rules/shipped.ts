import type { Rule } from '../../reports/rules/schema.ts'
import { indicators } from '../catalogue/form.ts'
import { bounds } from './bounds.ts'
import { identities, wholes } from './cchc-2021.ts'
import { ofDossiers } from './dossiers.ts'
import { throughTime } from './through-time.ts'

/**
 * Of the rules below. A change of one of them needs the next number: servers that have them take over what is newer.
 */
export const SHIPPED_VERSION = 2

/** The rules that every server has: for the form of 2021, and for dossiers of reports on any form. */
export function shippedRules (): Rule[] {
  const form = indicators()
  const ofType = (type: string) => form.filter(({ value_type: one }) => one === type).map(({ code }) => code)
  return [...identities(), ...wholes(ofType('percent')), ...bounds(), ...throughTime(ofType('count')), ...ofDossiers()]
    .sort((a, b) => a.code < b.code ? -1 : 1)
}
