import { Type, type Static } from 'typebox'
import { FormatQuery } from '../../contract/formats.ts'
import { PageQuery } from '../../contract/paging.ts'
import { Code, DossierCode, Example, Instant, Named, Nullable, UnitCode } from '../../contract/fields.ts'

export const SourceConflict = Named('SourceConflict', 'A code of a dossier that two sources send. The dossier belongs to ' +
  'one of them.', {
  code: DossierCode('Code of the dossier.'),
  unit: UnitCode('Code of the unit that handled it.'),
  source: Code('The source that has the dossier.'),
  other_source: Code('The source whose record was refused or replaced.'),
  refused_at: Nullable(Instant('When a record of `other_source` was last refused. null: never.')),
  taken_over_at: Nullable(Instant('When `source` last took the dossier over from `other_source`. null: never.'))
})
export type SourceConflict = Static<typeof SourceConflict>

export const SourceConflictQuery = Type.Object({
  unit: Example(Type.Optional(UnitCode('Only this unit and all units below it. Its code or an alias.')), 'H56-380'),
  source: Type.Optional(Code('Only conflicts that this source takes part in.')),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type SourceConflictQuery = Static<typeof SourceConflictQuery>
