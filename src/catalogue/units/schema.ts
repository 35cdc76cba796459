import { Type, type Static } from 'typebox'
import { FormatQuery } from '../../contract/formats.ts'
import { PageQuery } from '../../contract/paging.ts'
import { Code, Day, Example, ListOf, Named, Nullable, Text } from '../../contract/fields.ts'

export const Level = Named('Level', 'A tier of government (cấp), with its lifetime: districts ended on 2025-07-01.', {
  code: Code('`province`, `district`, `commune` …'),
  name: Text('In Vietnamese.'),
  position: Type.Integer({ description: 'From the top down.' }),
  valid_from: Day('First day.'),
  valid_to: Nullable(Day('Last day; null: until further notice.'))
})
export type Level = Static<typeof Level>

export const Unit = Named('Unit', 'Whoever receives dossiers or reports indicators (đơn vị, cơ quan).', {
  code: Code('Code of the unit.'),
  name: Text('In Vietnamese, with its rank: Huyện, Thị xã, Phường …'),
  kind: Code('`province`, `department`, `board`, `city`, `town`, `district`, `ward`, `township`, `commune` …'),
  level: Code('Code of its level.'),
  parent: Nullable(Code('Code of the unit above it.')),
  reports_dossiers: Type.Boolean({ description: 'Whether it is asked to report dossier statistics.' }),
  valid_from: Day('First day.'),
  valid_to: Nullable(Day('Last day; null: until further notice.')),
  aliases: Type.Array(Code('`source:external code`; addresses the unit wherever its code does.'))
})
export type Unit = Static<typeof Unit>

export const UnitQuery = Type.Object({
  level: Example(ListOf(Code('Code'), 'Only these levels.'), ['district']),
  parent: Type.Optional(Code('Only units directly below this one.')),
  descendants: Type.Optional(Type.Boolean({
    description: 'With `parent`: everything below it, not only the next tier.', default: false
  })),
  kind: ListOf(Code('Code'), 'Only these kinds.'),
  as_of: Type.Optional(Day('Only units that exist on this day.')),
  q: Example(Type.Optional(Text('Part of the name, with or without Vietnamese accents.', 100)), 'thanh hoa'),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type UnitQuery = Static<typeof UnitQuery>
