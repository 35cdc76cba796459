import { asKnownAtQuery } from '../../contract/as-known-at.ts'

export const AsKnownAtQuery = asKnownAtQuery(
  'Of values from before the service kept their history, the last version counts from its last change on.')
