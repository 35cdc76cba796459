// What is dated about a procedure.
import type { Issue } from '../../../contract/errors.ts'
import type { Procedure } from '../schema.ts'

export const CONTENT_COLUMNS = [
  'name', 'field', 'level', 'online_service_level', 'interlinked', 'payment_integrated', 'on_national_portal',
  'internal_process_approved', 'internal_process_electronic', 'statutory_working_days'
] as const satisfies (keyof Procedure)[]
type ContentColumn = typeof CONTENT_COLUMNS[number]

export type Content = Pick<Procedure, ContentColumn>

/** The content of a row that may hold more. */
export function contentOf (row: Content): Content {
  return Object.fromEntries(CONTENT_COLUMNS.map(name => [name, row[name]])) as unknown as Content
}

/** What of a content differs from another. */
export function differing (content: Content, from: Content): Partial<Content> {
  const names = CONTENT_COLUMNS.filter(name => content[name] !== from[name])
  return Object.fromEntries(names.map(name => [name, content[name]]))
}

/**
 * The first day of Nghị định 42/2022/NĐ-CP (issued on 2022-06-24), which replaces the four levels of Nghị định
 * 43/2011/NĐ-CP by two.
 */
export const TWO_LEVELS_FROM = '2022-08-15'

/** The issue of a level of online service that is not in use on the day from which it is said. */
export function onlineLevelIssues (level: Content['online_service_level'] | undefined, day: string, pointer: string): Issue[] {
  if (level == null) return []
  const isOfTwo = level === 'partial' || level === 'full'
  if (isOfTwo === (day >= TWO_LEVELS_FROM)) return []
  const [said, used] = isOfTwo ? ['partial and full', '2, 3 and 4'] : ['2, 3 and 4', 'partial and full']
  const since = isOfTwo ? `are levels since ${TWO_LEVELS_FROM}` : `are levels until the day before ${TWO_LEVELS_FROM}`
  const detail = `${said} ${since} (Nghị định 42/2022/NĐ-CP); from ${day} on it is one of ${used}, or null`
  return [{ pointer, code: 'online_level_of_other_time', detail }]
}
