import { Type } from 'typebox'
import { Instant } from './fields.ts'

/** The question of what was known. @param reach how far back that is kept */
export function asKnownAtQuery (reach: string) {
  return {
    as_known_at: Type.Optional(Instant('As it was known at this instant, with its offset: what was written later does not count. ' +
      `In a query a \`+\` is written \`%2B\`. Not one that is yet to come. ${reach}`))
  }
}
