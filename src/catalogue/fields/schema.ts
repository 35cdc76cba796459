import { Type, type Static } from 'typebox'
import { Code, Named, Text } from '../../contract/fields.ts'

export const Field = Named('Field', 'The sector of a procedure (lĩnh vực).', {
  code: Code('`land`, `construction`, `justice` …'),
  name: Text('In Vietnamese.'),
  position: Type.Integer({ description: 'In lists for people.' })
})
export type Field = Static<typeof Field>
