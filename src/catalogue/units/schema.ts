import { Type, type Static } from 'typebox'
import { FormatQuery } from '../../contract/formats.ts'
import { PageQuery } from '../../contract/paging.ts'
import { Code, Day, Example, ListOf, Name, Named, Nullable, SourceCode, Text, UnitCode } from '../../contract/fields.ts'

export const Unit = Named('Unit', 'An office that receives dossiers or reports indicators (đơn vị, cơ quan).', {
  id: UnitCode('What all other answers name the unit by, which never changes: its code; for a later unit with a code that another had before, `code@first day`.'),
  code: Code('Code of the unit.'),
  name: Text('Name in Vietnamese with the type of unit: Huyện, Thị xã, Phường …'),
  kind: Code('Type of unit: `province`, `department`, `board`, `city`, `town`, `district`, `ward`, `township`, `commune`, `special_zone` …'),
  level: Code('Code of the level.'),
  parent: Nullable(UnitCode('Code of the unit directly above it. null: none.')),
  reports_dossiers: Type.Boolean({ description: 'Whether it is expected to report dossier statistics.' }),
  valid_from: Day('First day on which it exists.'),
  valid_to: Nullable(Day('Last day on which it exists. null: no end is set.')),
  aliases: Type.Array(Code('An alias as `source:external code`, accepted wherever the code of the unit is.'))
})
export type Unit = Static<typeof Unit>

export const UnitAsOf = Named('UnitAsOf', 'A unit as it is on a day, with its history.', {
  ...Unit.properties,
  as_of: Day('The day. The unit has existed, or will, if `valid_from` and `valid_to` do not include it: then it is as it was last, or will be first.'),
  versions: Type.Array(Type.Object({
    valid_from: Day('First day on which it is so.'),
    valid_to: Nullable(Day('Last day on which it is so. null: no end is set.')),
    name: Unit.properties.name,
    kind: Unit.properties.kind,
    parent: Unit.properties.parent,
    change: Nullable(Type.Integer({ description: 'Id of the event set that made it so. null: it was so from the beginning.' }))
  }, { additionalProperties: false }), { description: 'What it is in all its days.' }),
  others: Type.Array(Type.Object({
    id: Unit.properties.id,
    name: Unit.properties.name,
    valid_from: Unit.properties.valid_from,
    valid_to: Unit.properties.valid_to
  }, { additionalProperties: false }), { description: 'Other units that have the same code in other days.' }),
  dated_aliases: Type.Array(Type.Object({
    source: Type.String({ description: 'The system that calls it so.' }),
    code: Type.String({ description: 'What it is called.' }),
    valid_from: Nullable(Day('First day on which it is called so. null: as long as it exists.')),
    valid_to: Nullable(Day('Last day on which it is called so. null: no end is set.'))
  }, { additionalProperties: false }), { description: 'What other systems call it, and when.' })
})
export type UnitAsOf = Static<typeof UnitAsOf>

export const AsOfQuery = Type.Object({
  as_of: Type.Optional(Day('The day on which a unit has the code, and as of which it is shown. Left out: today.'))
}, { additionalProperties: false })

const { kind, level, valid_from, valid_to, reports_dossiers } = Unit.properties

export const UnitItem = Named('UnitItem', 'A unit to post. A property that is left out is null, and a list that is left out is empty.', {
  id: Type.Optional(UnitCode('Which unit it is, as the list of units gives it. Left out: the one that has the code.')),
  code: Unit.properties.code,
  name: Name('Name in Vietnamese with the type of unit: Huyện, Thị xã, Phường …'),
  kind,
  level,
  parent: Type.Optional(Nullable(UnitCode('Code of the unit directly above it, which may come anywhere in the same batch. Its level is ' +
    'not below that of the unit, and it exists on a day on which the unit does. null: the unit is a province.'))),
  reports_dossiers,
  valid_from,
  valid_to: Type.Optional(valid_to),
  aliases: Type.Optional(Type.Array(
    Type.String({
      description: 'An alias as `source:external code`, which belongs to one unit. A national code belongs to one unit in all sources.',
      pattern: '^[a-z0-9][a-z0-9-]{0,62}:[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$', maxLength: 64
    }), { maxItems: 100, uniqueItems: true }))
})
export type UnitItem = Static<typeof UnitItem>

export const UnitCorrection = Type.Object({
  name: Type.Optional(UnitItem.properties.name),
  kind: Type.Optional(kind),
  reports_dossiers: Type.Optional(reports_dossiers),
  aliases: Type.Optional(Type.Array(Type.Object({
    source: SourceCode('The system that calls it so.'),
    code: Code('What it is called.'),
    valid_from: Type.Optional(Nullable(Day('First day on which it is called so. null: as long as it exists.'))),
    valid_to: Type.Optional(Nullable(Day('Last day on which it is called so. null: no end is set.')))
  }, { additionalProperties: false }), { description: 'All of them: those that are left out are deleted.', maxItems: 100 }))
}, {
  additionalProperties: false, minProperties: 1,
  examples: [{ name: 'Trung tâm Phục vụ hành chính công', aliases: [{ source: 'gso', code: 'TTPVHCC' }] }]
})
export type UnitCorrection = Static<typeof UnitCorrection>

export const UnitQuery = Type.Object({
  level: Example(ListOf(Code('Code'), 'Only these levels.'), ['district']),
  parent: Type.Optional(UnitCode('Only units directly below this one.')),
  descendants: Type.Optional(Type.Boolean({
    description: 'With `parent`: all units below it, not only those directly below.', default: false
  })),
  kind: ListOf(Code('Code'), 'Only these kinds.'),
  as_of: Type.Optional(Day('Only units that exist on this day, as they are on it. Left out: all units, as they are last.')),
  q: Example(Type.Optional(Text('Part of the name, with or without Vietnamese accents.', 100)), 'thanh hoa'),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type UnitQuery = Static<typeof UnitQuery>
