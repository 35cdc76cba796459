import { invalid, type DomainError, type IssueCode } from '../../contract/errors.ts'

/** Refuses a file that is no workbook which can be read. */
export function unreadable (why: string, code: IssueCode = 'not_xlsx'): DomainError {
  return invalid('', code, `the body is no workbook (xlsx): ${why}`)
}
