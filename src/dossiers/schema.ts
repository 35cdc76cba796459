import { Type, type Static } from 'typebox'
import { Code, Named, Nullable, OneOf, SourceCode } from '../http/schema.ts'

export const CHANNELS = ['online', 'direct', 'postal'] as const

export const MAX_SUPPLEMENTS = 100

function Instant (description: string) {
  return Type.String({ description: `${description} RFC 3339 with its offset; kept to the millisecond.`, format: 'date-time' })
}

const optional = (description: string) => Type.Optional(Nullable(Instant(description)))

export const SupplementItem = Type.Object({
  requested_at: Instant('When the applicant was asked.'),
  completed_at: optional('When it was there. null: it is waited for.'),
  old_due_at: optional('Due date until then. null: as before, or that of the dossier.'),
  new_due_at: optional('Due date from then on. null: that of the dossier.')
}, { additionalProperties: false })
export type SupplementItem = Static<typeof SupplementItem>

export const DossierItem = Named('DossierItem', 'A dossier as it is now, as its source sends it each time it changes. ' +
  'It says nothing about the applicant: a property that is not listed is refused.', {
  code: Code('Code of the dossier, such as `000.17.22.H56-210531-0001`.'),
  unit: Code('The unit that handles it: its code, an alias of the source, or `source:external code`.'),
  procedure: Type.Optional(Code('Code of the procedure. Required unless `deleted`.')),
  channel: Type.Optional(OneOf(CHANNELS, { description: 'How it came in. Required unless `deleted`.' })),
  status: Type.Optional(Type.Unsafe<number | string>({
    description: 'National status: 1 registered, 2 accepted, 3 not accepted, 4 in process, 5 supplement requested, ' +
      '6 financial obligation, 7 withdrawn, 8 stopped, 9 processed, 10 result returned. Or, as a string, the source\'s own ' +
      'code, where it is mapped. Required unless `deleted`.',
    type: ['integer', 'string'], minimum: 1, maximum: 10, minLength: 1, maxLength: 100, format: 'text'
  })),
  received_at: Type.Optional(Instant('When it was received. Required unless `deleted`.')),
  due_at: optional('When the result is due (hạn trả). null: no due date.'),
  finished_at: optional('When processing ended. Counts only with status 7 to 10.'),
  returned_at: optional('When the result was returned. Counts only with status 7 to 10.'),
  updated_at: Instant('When the source changed it. An older version that arrives late changes nothing.'),
  supplements: Type.Optional(Type.Array(SupplementItem, {
    description: 'What the applicant was asked for, in any order. A dossier counts as in time while it waits.',
    maxItems: MAX_SUPPLEMENTS
  })),
  source: Type.Optional(SourceCode('That of the key, which goes without saying.')),
  deleted: Type.Optional(Type.Boolean({
    description: 'Deletes the dossier. `code`, `unit` and `updated_at` are enough; the rest is not kept.', default: false
  }))
})
export type DossierItem = Static<typeof DossierItem>
