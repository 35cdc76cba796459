import { Type, type Static } from 'typebox'
import { Code, Named, Text } from '../../contract/fields.ts'

export const Field = Named('Field', 'The sector of a procedure (lĩnh vực).', {
  code: Code('Code of the field, such as `land`, `construction` or `justice`.'),
  name: Text('Name in Vietnamese.'),
  position: Type.Integer({ description: 'Position in lists.' })
})
export type Field = Static<typeof Field>
