import { Type } from 'typebox'
import { Instant } from '../../contract/fields.ts'

export const AsKnownAtQuery = {
  as_known_at: Type.Optional(Instant('As it was known at this instant, with its offset: what was written later does not count. ' +
    'In a query a `+` is written `%2B`. Not one that is yet to come. Of values from before the service kept their history, ' +
    'the last version counts from its last change on.'))
}
