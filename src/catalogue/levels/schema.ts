import { Type, type Static } from 'typebox'
import { Code, Day, MAX_POSITION, Name, Named, Nullable, Text } from '../../contract/fields.ts'

export const Level = Named('Level', 'A level of government (cấp) with its lifetime: since 2025-07-01 there are no districts.', {
  code: Code('Code of the level: `province`, `district`, `commune` …'),
  name: Text('Name in Vietnamese.'),
  position: Type.Integer({ description: 'Position from the top down.' }),
  valid_from: Day('First day on which it exists.'),
  valid_to: Nullable(Day('Last day on which it exists. null: no end is set.'))
})
export type Level = Static<typeof Level>

export const LevelItem = Named('LevelItem', 'A level to post. A property that is left out is null.', {
  code: Level.properties.code,
  name: Name('Name in Vietnamese.'),
  position: Type.Integer({
    description: 'Position from the top down. Two levels have two positions, and the parent of a unit stands above it.',
    minimum: 0, maximum: MAX_POSITION
  }),
  valid_from: Level.properties.valid_from,
  valid_to: Type.Optional(Level.properties.valid_to)
})
export type LevelItem = Static<typeof LevelItem>
