import { Type, type Static } from 'typebox'
import { Code, Name, Named, Version } from '../../contract/fields.ts'

const Properties = {
  name: Name('In Vietnamese.'),
  precedence: Type.Integer({
    description: 'Where two sources report the same, the higher counts, then the later.', minimum: 0, maximum: 1000
  }),
  synthetic: Type.Boolean({ description: 'Made up, to try the service with.' })
}

export const Source = Named('Source', 'A system or a report that figures come from.', {
  code: Code('What statistics name in `source`.'), ...Properties, version: Version
})
export type Source = Static<typeof Source>

export const SourceBody = Type.Object(Properties, {
  additionalProperties: false,
  examples: [{ name: 'Hệ thống một cửa điện tử', precedence: 200, synthetic: false }]
})
export type SourceBody = Static<typeof SourceBody>
