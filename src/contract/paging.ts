import { Type } from 'typebox'

export const MAX_LIMIT = 10_000
export const DEFAULT_LIMIT = 1_000

/** What every list is asked. */
export const PageQuery = {
  limit: Type.Optional(Type.Integer({
    description: 'Rows in a page. Default: 1000 for JSON; csv, ndjson and xlsx hold all rows.',
    minimum: 1, maximum: MAX_LIMIT
  })),
  cursor: Type.Optional(Type.String({ description: '`next_cursor` of the previous page.', maxLength: 2_000 }))
}

export interface PageRequest {
  limit: number
  /** `next_cursor` of the page before; left out: the first page. */
  cursor?: string | undefined
}

export interface Page<Row> {
  items: Row[]
  /** null on the last page. */
  next_cursor: string | null
}
