import { Type, type Static } from 'typebox'
import { Code, Name, Named, Version } from '../../contract/fields.ts'

const Properties = {
  name: Name('Name in Vietnamese.'),
  precedence: Type.Integer({
    description: 'If several sources report for the same unit and period, the one of the highest precedence counts; of ' +
      'equal precedence the one whose figures changed last.',
    minimum: 0, maximum: 1000
  }),
  synthetic: Type.Boolean({ description: 'Whether its figures are made up, to try the service with.' })
}

export const Source = Named('Source', 'A system or a report that figures come from.', {
  code: Code('Code of the source: the `source` of statistics and dossiers.'), ...Properties, version: Version
})
export type Source = Static<typeof Source>

export const SourceBody = Type.Object(Properties, {
  additionalProperties: false,
  examples: [{ name: 'Hệ thống một cửa điện tử', precedence: 200, synthetic: false }]
})
export type SourceBody = Static<typeof SourceBody>
