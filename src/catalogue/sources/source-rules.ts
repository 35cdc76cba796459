import type { Caller } from '../../contract/caller.ts'
import type { Issue } from '../../contract/errors.ts'

/**
 * A key reports for its own source; a key with the scope `admin` and no source of its own reports for any.
 * @param asked the source that is named, which can be anything; undefined: none
 */
export function sourceIssues (asked: unknown, { source, scopes }: Caller, pointer: string): Issue[] {
  if (source !== null) return asked === undefined || asked === source ? [] : [foreignSource(pointer, source)]
  if (!scopes.includes('admin')) {
    return [{ pointer, code: 'forbidden_source', detail: 'this key has no source to report for' }]
  }
  return asked === undefined
    ? [{ pointer, code: 'missing', detail: 'source is needed: this key has none of its own' }]
    : []
}

/** The issue of another source than the one that is reported for. */
export function foreignSource (pointer: string, source: string): Issue {
  return { pointer, code: 'forbidden_source', detail: `this key reports for ${source} alone` }
}
