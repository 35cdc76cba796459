import { Type, type Static } from 'typebox'
import { Code, Name, Named, Nullable, SourceCode, Version } from '../../contract/fields.ts'

const Properties = {
  name: Name('Name in Vietnamese.'),
  precedence: Type.Integer({
    description: 'If several sources report the same field of a unit and period, the one of the highest precedence counts; ' +
      'of equal precedence the one whose figures changed last. Of a dossier that two sources send, the one of the higher ' +
      'precedence counts; of equal precedence the one that sent it first.',
    minimum: 0, maximum: 1000
  }),
  synthetic: Type.Boolean({ description: 'Whether its figures are made up, to try the service with.' }),
  succeeds: Nullable(SourceCode('The source that this one takes the place of, such as the former software of an office. All its ' +
    'dossiers are handed over to this source at once, and it may not have a higher precedence. null: none.'))
}

export const Source = Named('Source', 'A system or a report that figures come from.', {
  code: Code('Code of the source: the `source` of statistics and dossiers.'), ...Properties, version: Version
})
export type Source = Static<typeof Source>

export const SourceBody = Type.Object({ ...Properties, succeeds: Type.Optional(Properties.succeeds) }, {
  additionalProperties: false,
  examples: [{ name: 'Hệ thống một cửa điện tử', precedence: 200, synthetic: false }]
})
export type SourceBody = Static<typeof SourceBody>
