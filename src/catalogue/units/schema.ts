import { Type, type Static } from 'typebox'
import { FormatQuery } from '../../contract/formats.ts'
import { PageQuery } from '../../contract/paging.ts'
import { Code, Day, Example, ListOf, Name, Named, Nullable, Text, UnitCode } from '../../contract/fields.ts'

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
      description: 'An alias as `source:external code`, which belongs to one unit.',
      pattern: '^[a-z0-9][a-z0-9-]{0,62}:[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$', maxLength: 64
    }), { maxItems: 100, uniqueItems: true }))
})
export type UnitItem = Static<typeof UnitItem>

export const UnitQuery = Type.Object({
  level: Example(ListOf(Code('Code'), 'Only these levels.'), ['district']),
  parent: Type.Optional(UnitCode('Only units directly below this one.')),
  descendants: Type.Optional(Type.Boolean({
    description: 'With `parent`: all units below it, not only those directly below.', default: false
  })),
  kind: ListOf(Code('Code'), 'Only these kinds.'),
  as_of: Type.Optional(Day('Only units that exist on this day.')),
  q: Example(Type.Optional(Text('Part of the name, with or without Vietnamese accents.', 100)), 'thanh hoa'),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type UnitQuery = Static<typeof UnitQuery>
