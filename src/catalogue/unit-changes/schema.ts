import { Type, type Static } from 'typebox'
import { FormatQuery } from '../../contract/formats.ts'
import { PageQuery } from '../../contract/paging.ts'
import {
  Code, Day, DossierCode, Example, Name, Named, Nullable, OneOf, Ref, UnitCode
} from '../../contract/fields.ts'
import { Unit, UnitItem } from '../units/schema.ts'

export const MAX_EVENTS = 10_000

const { code, name, kind, level, reports_dossiers } = UnitItem.properties

export const NewUnit = Named('NewUnit', 'A unit that begins on the day of the event set.', {
  code: Code('Code of the unit. Another unit may have had it up to the day before.'),
  name,
  kind,
  level,
  parent: UnitCode('The unit directly above it on that day: one that goes on, or a new one of the same event set.'),
  reports_dossiers,
  aliases: UnitItem.properties.aliases
})
export type NewUnit = Static<typeof NewUnit>

const Before = (description: string) => UnitCode(`${description}, as it is named on the day before.`)
/** One `Type.Union` for the contract; what is posted is checked by hand, because errors of a union help nobody. */
const AfterOrNew = (description: string) => Type.Union([
  UnitCode(`${description}, as it is named on the day: one that goes on, or a new one of the same event set.`), Ref(NewUnit)
])

export const Share = Type.Number({
  description: 'The part of the figures that passes to it. The shares of a split add to exactly 1 in nine decimals, such as 0.333333334, 0.333333333 and 0.333333333.', minimum: 0.000_000_001, maximum: 1
})

const part = {
  unit: AfterOrNew('A successor'),
  share: Type.Optional(Share),
  procedures: Type.Optional(Type.Array(Code('Code of a procedure.'), {
    description: 'Procedures whose dossiers pass to it.', maxItems: 10_000, uniqueItems: true
  })),
  dossiers: Type.Optional(Type.Array(DossierCode('Code of a dossier.'), {
    description: 'Single dossiers that pass to it, before any rule for their procedure.', maxItems: 100_000, uniqueItems: true
  }))
}
export const Part = Type.Object(part, { additionalProperties: false })
export type Part = Static<typeof Part>

const CreateEvent = Named('CreateEvent', 'A unit begins that comes from no other.', {
  type: OneOf(['create']), unit: Ref(NewUnit)
})
const RenameEvent = Named('RenameEvent', 'A unit has another name, and may be of another kind.', {
  type: OneOf(['rename']), unit: Before('The unit'), name: Name('Its name from that day on.'), kind: Type.Optional(kind)
})
const MoveEvent = Named('MoveEvent', 'A unit stands below another one, with all below it.', {
  type: OneOf(['move']), unit: Before('The unit'),
  parent: UnitCode('The unit directly above it from that day on: one that goes on, or a new one of the same event set.')
})
const MergeEvent = Named('MergeEvent', 'Units end and become one.', {
  type: OneOf(['merge']),
  units: Type.Array(Before('A unit that ends'), { minItems: 1, maxItems: 1_000, uniqueItems: true }),
  into: AfterOrNew('The unit that takes them over')
})
const SplitEvent = Named('SplitEvent', 'A unit ends and becomes several. Either all of them have a share, or some get procedures or dossiers, or both: ' +
  'then shares are for the rest.', {
  type: OneOf(['split']), unit: Before('The unit that ends'), into: Type.Array(Part, { minItems: 2, maxItems: 100 })
})
const AbolishEvent = Named('AbolishEvent', 'A unit ends.', {
  type: OneOf(['abolish']), unit: Before('The unit that ends'),
  successor: Type.Optional(Nullable(UnitCode('The unit that takes over, as it is named on the day. null: none.')))
})
export const EVENTS = {
  create: CreateEvent, rename: RenameEvent, move: MoveEvent, merge: MergeEvent, split: SplitEvent, abolish: AbolishEvent
}
export type EventType = keyof typeof EVENTS

export const UnitEvent = Type.Union(Object.values(EVENTS).map(event => Ref(event)), {
  $id: 'UnitEvent', description: 'What happens to units on the day of an event set.'
})

export const Document = Named('LegalDocument', 'What orders a change.', {
  number: Name('Its number, such as `1686/NQ-UBTVQH15`.', 200),
  date: Day('The day on which it was issued.'),
  issuer: Name('Who issued it.', 500)
})
export type Document = Static<typeof Document>

const Body = {
  effective_on: Day('The first day on which units are as the events say. Units that end exist for the last time on the day before.'),
  document: Ref(Document)
}

/** What is checked at once; events are checked one by one. */
export const UnitChangeEnvelope = Type.Object({
  effective_on: Body.effective_on, document: Type.Object(Document.properties, { additionalProperties: false }),
  events: Type.Array(Type.Unknown(), { minItems: 1, maxItems: MAX_EVENTS })
}, { additionalProperties: false })
export type UnitChangeEnvelope = Static<typeof UnitChangeEnvelope>

export const UnitChangeBody = Type.Object({
  ...Body, events: Type.Array(Ref(UnitEvent), { minItems: 1, maxItems: MAX_EVENTS })
}, {
  additionalProperties: false,
  examples: [{
    effective_on: '2022-01-01',
    document: { number: '12/NQ-HĐND', date: '2021-12-10', issuer: 'Hội đồng nhân dân tỉnh' },
    events: [{ type: 'rename', unit: 'H56-TTPVHCC', name: 'Trung tâm Phục vụ hành chính công tỉnh', kind: 'centre' }]
  }]
})

export const UnitChangeOptions = Type.Object({
  dry_run: Type.Optional(Type.Boolean({
    description: 'Writes nothing and answers the units that would change, before and after.', default: false
  }))
}, { additionalProperties: false })

const { id, valid_from, valid_to, parent } = Unit.properties

export const UnitState = Named('UnitState', 'A unit as it is on a day.', {
  id, code, name, kind, level, parent,
  path: Type.Array(UnitCode('Id of a unit.'), { description: 'From the province down to the unit itself.' }),
  valid_from, valid_to
})
export type UnitState = Static<typeof UnitState>

const Number_ = (description: string) => Type.Integer({ description, minimum: 0 })

export const UnitChangeAnswer = Named('UnitChangeAnswer', 'What an event set does.', {
  id: Nullable(Type.Integer({ description: 'Id of the event set. null with `dry_run`.' })),
  effective_on: Body.effective_on,
  created: Number_('Units that begin.'),
  ended: Number_('Units that end.'),
  changed: Number_('Units that go on under another name or in another place.'),
  dossiers_passed: Number_('Open dossiers that pass from units that end to their successors; of a withdrawal, those that go back.'),
  before: Type.Optional(Type.Array(Ref(UnitState), { description: 'Only with `dry_run`: these units on the day before.' })),
  after: Type.Optional(Type.Array(Ref(UnitState), { description: 'Only with `dry_run`: these units on the day. Those that end are missing.' }))
})
export type UnitChangeAnswer = Static<typeof UnitChangeAnswer>

export const UnitChange = Named('UnitChange', 'An event set: what a legal document changes on one day.', {
  id: Type.Integer({ description: 'Id of the event set.' }),
  effective_on: Body.effective_on,
  document_number: Document.properties.number,
  document_date: Document.properties.date,
  document_issuer: Document.properties.issuer,
  withdrawn: Type.Boolean({ description: 'Whether all of it was taken back.' }),
  events: Type.Array(Ref(UnitEvent), { description: 'As they were posted. For a key that is bound to a unit: those that concern units within its reach, whatever other units these name, as legal documents are public.' })
})
export type UnitChange = Static<typeof UnitChange>

export const UnitChangeQuery = Type.Object({
  unit: Type.Optional(UnitCode('Only event sets that concern this unit. Its code or an alias.')),
  from: Type.Optional(Day('Only those that take effect on this day or later.')),
  to: Type.Optional(Day('Only those that take effect on this day or before.')),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type UnitChangeQuery = Static<typeof UnitChangeQuery>

export const UnitChangePath = Type.Object({
  // The sample has three.
  id: Example(Type.Integer({ description: 'Id of the event set.', minimum: 1, maximum: Number.MAX_SAFE_INTEGER }), 4)
})

const Succession = Named('UnitSuccession', 'A unit that took another one over, or a part of it.', {
  predecessor: UnitCode('Id of the unit that ended.'),
  successor: UnitCode('Id of the unit that took over.'),
  effective_on: Body.effective_on,
  share: Nullable(Type.Number({ description: 'The part of its figures that passes to the successor. null: unknown, as only some dossiers are assigned.' })),
  procedures: Number_('How many procedures are assigned to the successor.'),
  dossiers: Number_('How many single dossiers are assigned to the successor.'),
  change: Type.Integer({ description: 'Id of the event set.' }),
  document_number: Document.properties.number,
  document_date: Document.properties.date,
  document_issuer: Document.properties.issuer
})

export const Lineage = Named('Lineage', 'The units that one came from and those that came after it, directly or not.', {
  unit: UnitCode('Id of the unit that is asked for.'),
  units: Type.Array(Type.Object({ id, code, name, level, valid_from, valid_to }, { additionalProperties: false }), {
    description: 'All of them with the unit itself, by their first days, under their last names.'
  }),
  successions: Type.Array(Ref(Succession), { description: 'Who took whom over, by date.' })
})
export type Lineage = Static<typeof Lineage>

export const LineageQuery = Type.Object({
  as_of: Type.Optional(Day('The day on which the unit has the code. Left out: today.'))
}, { additionalProperties: false })

/** Named schemas of this resource, for the contract; `Document` is shared with others. */
export const SCHEMAS = [
  NewUnit, ...Object.values(EVENTS), UnitEvent, UnitState, UnitChangeAnswer, UnitChange, Succession, Lineage
]
