import { Type, type Static } from 'typebox'
import { Code, MAX_POSITION, Name, Named, Text } from '../../contract/fields.ts'

export const Field = Named('Field', 'The sector of a procedure (lĩnh vực).', {
  code: Code('Code of the field, such as `land`, `construction` or `justice`.'),
  name: Text('Name in Vietnamese.'),
  position: Type.Integer({ description: 'Position in lists.' })
})
export type Field = Static<typeof Field>

export const FieldItem = Named('FieldItem', 'A field to post.', {
  code: Field.properties.code,
  name: Name('Name in Vietnamese.'),
  position: Type.Integer({ description: 'Position in lists. Fields of one position come by code.', minimum: 0, maximum: MAX_POSITION })
})
export type FieldItem = Static<typeof FieldItem>
