import { invalid, type DomainError, type IssueCode } from '../../contract/errors.ts'
import type { DocumentLanguage } from '../../documents/document.ts'
import type { ReadSheet } from '../../documents/reading/sheet.ts'
import { FACTS_SHEET } from '../../documents/xlsx/xlsx.ts'
import { factsOf, type Facts } from '../filled-report/appendix.ts'
import type { FilledReport } from '../filled-report/schema.ts'

export const AGAIN = 'get the file again and fill that in'

/** What a file says of how it was given. */
export interface GivenFile {
  /** Since when the newest value in it was known; empty: it does not say. */
  knownFrom: string
  /** Of its titles and of how its numbers are written. */
  language: DocumentLanguage
}

/**
 * Refuses a workbook that was given for another report than the one that it is sent for.
 * @throws DomainError `invalid_request`
 */
export function assertOf (sheets: readonly ReadSheet[], report: FilledReport): GivenFile {
  const facts = factsIn(sheets)
  const asked = factsOf(report)
  if (facts['kind'] !== asked.kind) {
    const detail = 'the file does not say which report it is: its hidden sheet is gone, as when the table was copied to another file'
    throw refusal('not_a_report', `${detail}; ${AGAIN}`)
  }
  const other = (name: keyof Facts) => facts[name] !== asked[name]
  const both = (name: keyof Facts) => `the file is for the ${name} ${facts[name] ?? 'of no name'}, and is sent for ${asked[name]}`
  if (other('unit')) throw refusal('other_unit', both('unit'))
  if (other('period')) throw refusal('other_period', both('period'))
  if (other('form')) throw refusal('other_form', both('form'))
  if (other('form_version')) {
    throw refusal('other_form', `the form ${report.form} has changed since the file was made; ${AGAIN}`)
  }
  return { knownFrom: facts['known_from'] ?? '', language: facts['language'] === 'en' ? 'en' : 'vi' }
}

/** Names and values, side by side. */
function factsIn (sheets: readonly ReadSheet[]): Partial<Record<string, string>> {
  const rows = sheets.find(({ name }) => name === FACTS_SHEET)?.rows ?? new Map<number, never>()
  return Object.fromEntries([...rows.values()].map(cells => {
    const [name, value] = [0, 1].map(column => cells.get(column))
    return [name?.kind === 'text' ? name.text : '', value?.kind === 'text' ? value.text : undefined]
  }))
}

function refusal (code: IssueCode, detail: string): DomainError {
  return invalid('', code, detail)
}
