import { Type, type Static, type TObject, type TUnsafe } from 'typebox'
import { FormatQuery } from '../../contract/formats.ts'
import { PageQuery } from '../../contract/paging.ts'
import { Code, Day, Example, Named, Nullable, OneOf, Ref } from '../../contract/fields.ts'
import { CorrectionJob, Procedure, ProcedureItem } from '../procedures/schema.ts'
import { Document } from '../unit-changes/schema.ts'

export const MAX_PROCEDURES = 10_000

const {
  valid_from: _from, valid_to: _to, correction: _correction, code, name, field, level, interlinked, ...further
} = ProcedureItem.properties

export const NewProcedure = Named('NewProcedure', 'A procedure that begins. A property that is left out is null.', {
  code, name, field: Code('Code of the field.'), level, interlinked, ...further
})
export type NewProcedure = Static<typeof NewProcedure>

export const AmendedProcedure = Named('AmendedProcedure',
  'A procedure that is amended or supplemented. A property that is left out stays as it is: what is amended may be none of these.', {
    code: Code('Code of the procedure.'),
    name: Type.Optional(name),
    field: Type.Optional(Code('Code of its new field. It counts for dossiers that are received from that day on.')),
    level: Type.Optional(level),
    interlinked: Type.Optional(interlinked),
    ...further
  })
export type AmendedProcedure = Static<typeof AmendedProcedure>

export const ReplacedProcedure = Named('ReplacedProcedure', 'A procedure that ends, as another one takes its place.', {
  code: Code('Code of the procedure that ends.'),
  successor: Code('Code of the one that takes its place: one in force on that day, or a new one of the same decision.')
})

const MANY = { maxItems: MAX_PROCEDURES, default: [] }

const effectiveOn = Day('The first day on which procedures are as the decision says.')

/** @param schemaOf a named schema as it stands in the body */
function propertiesWith (schemaOf: <T extends TObject>(schema: T) => TUnsafe<Static<T>>) {
  return {
    effective_on: effectiveOn,
    document: schemaOf(Document),
    new: Type.Optional(Type.Array(schemaOf(NewProcedure), { description: 'Procedures that begin on that day.', ...MANY })),
    amended: Type.Optional(Type.Array(schemaOf(AmendedProcedure), {
      description: 'Procedures that are otherwise from that day on.', ...MANY
    })),
    replaced: Type.Optional(Type.Array(schemaOf(ReplacedProcedure), {
      description: 'Procedures in whose place others come: in force for the last time on the day before.', ...MANY
    })),
    repealed: Type.Optional(Type.Array(Code('Code of a procedure.'), {
      description: 'Procedures in force for the last time on the day before.', uniqueItems: true, ...MANY
    }))
  }
}

/** What is checked: without references. */
export const InlineDecisionBody = Type.Object(propertiesWith(<T extends TObject>({ properties }: T) => (
  Type.Unsafe<Static<T>>(Type.Object(properties, { additionalProperties: false })))), { additionalProperties: false })

export const ProcedureDecisionBody = Type.Object(propertiesWith(Ref), {
  additionalProperties: false,
  examples: [{
    effective_on: '2021-03-01',
    document: { number: '512/QĐ-UBND', date: '2021-02-08', issuer: 'Chủ tịch Ủy ban nhân dân tỉnh' },
    new: [{ code: '9.999002', name: 'Thủ tục ban hành mới', field: 'justice', level: 'province', interlinked: 'none' }],
    amended: [{ code: '1.004873', statutory_working_days: 2 }],
    replaced: [],
    repealed: []
  }]
})
export type ProcedureDecisionBody = Static<typeof ProcedureDecisionBody>

export const ProcedureDecisionOptions = Type.Object({
  dry_run: Type.Optional(Type.Boolean({
    description: 'Writes nothing and answers the procedures that would change, before and after.', default: false
  }))
}, { additionalProperties: false })

const Number_ = (description: string) => Type.Integer({ description, minimum: 0 })
const Counts = {
  new: Number_('Procedures that begin.'),
  amended: Number_('Procedures that are amended.'),
  replaced: Number_('Procedures that others replace.'),
  repealed: Number_('Procedures that are repealed.')
}

export const ProcedureDecisionAnswer = Named('ProcedureDecisionAnswer', 'What a decision does, or its withdrawal takes back.', {
  id: Nullable(Type.Integer({ description: 'Id of the decision. null with `dry_run`.' })),
  outcome: OneOf(['created', 'unchanged', 'deleted'], {
    description: '`unchanged`: the same decision is stored already, and nothing is written. `deleted`: it is withdrawn.'
  }),
  effective_on: effectiveOn,
  ...Counts,
  correction: CorrectionJob,
  before: Type.Optional(Type.Array(Ref(Procedure), { description: 'Only with `dry_run`: these procedures as they are last, before.' })),
  after: Type.Optional(Type.Array(Ref(Procedure), { description: 'Only with `dry_run`: these procedures as they would be last.' }))
})
export type ProcedureDecisionAnswer = Static<typeof ProcedureDecisionAnswer>

export const ProcedureDecision = Named('ProcedureDecision', 'A decision on procedures (quyết định công bố thủ tục hành chính).', {
  id: Type.Integer({ description: 'Id of the decision.' }),
  effective_on: effectiveOn,
  document_number: Document.properties.number,
  document_date: Document.properties.date,
  document_issuer: Document.properties.issuer,
  ...Counts,
  withdrawn: Type.Boolean({ description: 'Whether all of it was taken back.' })
})
export type ProcedureDecision = Static<typeof ProcedureDecision>

export const WholeProcedureDecision = Named('WholeProcedureDecision', 'A decision with its lists, as it was posted.', {
  ...ProcedureDecision.properties,
  lists: Type.Object({
    new: Type.Array(Ref(NewProcedure)),
    amended: Type.Array(Ref(AmendedProcedure)),
    replaced: Type.Array(Ref(ReplacedProcedure)),
    repealed: Type.Array(Code('Code of a procedure.'))
  }, { additionalProperties: false })
})
export type WholeProcedureDecision = Static<typeof WholeProcedureDecision>

export const ProcedureDecisionQuery = Type.Object({
  procedure: Type.Optional(Code('Only decisions that name this procedure.')),
  from: Type.Optional(Day('Only those that take effect on this day or later.')),
  to: Type.Optional(Day('Only those that take effect on this day or before.')),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type ProcedureDecisionQuery = Static<typeof ProcedureDecisionQuery>

export const ProcedureDecisionPath = Type.Object({
  id: Example(Type.Integer({ description: 'Id of the decision.', minimum: 1, maximum: Number.MAX_SAFE_INTEGER }), 1)
})

export const SCHEMAS = [
  NewProcedure, AmendedProcedure, ReplacedProcedure, ProcedureDecisionAnswer, ProcedureDecision, WholeProcedureDecision
]
