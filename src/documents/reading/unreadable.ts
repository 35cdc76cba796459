import { invalid, type DomainError } from '../../contract/errors.ts'

/** Refuses a file that is no workbook which can be read. */
export function unreadable (why: string): DomainError {
  return invalid('', 'not_xlsx', `the body is no workbook (xlsx): ${why}`)
}
