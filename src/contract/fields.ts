import { Type, type Static, type TProperties, type TSchema, type TUnsafe } from 'typebox'
import { FIRST_YEAR, LAST_YEAR } from '../time/calendar.ts'

/** A whole schema with a name in the contract: `Unit`, `OnTimeRow` … Only what is on request can be absent. */
export function Named<P extends TProperties> ($id: string, description: string, properties: P) {
  return Type.Object(properties, { $id, description, additionalProperties: false })
}

/** No parameters: without a schema they would be ignored instead of refused. */
export const NoQuery = Type.Object({}, { additionalProperties: false })

/** Refers to a named schema. */
export function Ref<T extends TSchema> (schema: T): TUnsafe<Static<T>> {
  return Type.Unsafe<Static<T>>({ $ref: `${(schema as { $id?: string }).$id}#` })
}

/** `null` is unknown or none. One `type` with two names: for `anyOf` validators report three errors instead of one. */
export function Nullable<T extends TSchema> (schema: T): TUnsafe<Static<T> | null> {
  const { type, enum: values, ...rest } = schema as unknown as { type: string | string[], enum?: unknown[] }
  return Type.Unsafe<Static<T> | null>({
    ...rest, type: [type, 'null'].flat(), ...(values === undefined ? {} : { enum: [...values, null] })
  })
}

export function OneOf<const V extends string> (
  values: readonly V[], options: { description?: string, default?: V } = {}
) {
  return Type.Unsafe<V>({ type: 'string', enum: [...values], ...options })
}

export function ListOf<T extends TSchema> (schema: T, description: string) {
  return Type.Optional(Type.Array(schema, { description, minItems: 1, maxItems: 100, uniqueItems: true }))
}

/** The same schema with a value that the documentation fills in. The examples of one operation work together. */
export function Example<T extends TSchema> (schema: T, value: Static<T>): T {
  // A spread would lose what typebox hides in a schema, such as that it is optional.
  return Object.defineProperties({} as T, {
    ...Object.getOwnPropertyDescriptors(schema), examples: { value: [value], enumerable: true }
  })
}

/** The code of anything in the catalogue. An alias of a unit is written `source:external code`. */
export function Code (description: string) {
  return Type.String({ description, pattern: '^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$' })
}

/**
 * What a unit is named by, and what answers name it by. Codes are used again, so `code@YYYY-MM-DD` is the unit that has
 * the code on that day.
 */
export function UnitCode (description: string) {
  return Type.String({ description, pattern: '^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}(@\\d{4}-\\d{2}-\\d{2})?$' })
}

/** Whatever real systems number dossiers with. Linear to match: blanks at the end are part of the class. */
export function DossierCode (description: string) {
  return Type.String({
    description: `${description} Letters, digits, blanks and \`. _ : / ( ) + , & # -\`. Blanks around it are dropped. In a path ` +
      'it is percent-encoded.',
    pattern: '^ *[\\p{L}\\p{N}][\\p{L}\\p{M}\\p{N} ._:/()+,&#-]*$', maxLength: 100
  })
}

/** A source in a body or a path; it cannot hold the colon that parts it from a code in an alias. */
export function SourceCode (description: string) {
  return Type.String({ description, pattern: '^[a-z0-9][a-z0-9-]{0,62}$' })
}

/** Of a row that can be put: what `If-Match` and `ETag` hold in quotes. */
export const Version = Type.Integer({ description: 'Increases with each change. The `ETag` of the row, for `If-Match`.', minimum: 1 })

/** Where something is in a csv that was sent. */
export const PlaceProperties = {
  line: Type.Optional(Type.Integer({ description: 'Only of a csv: the line in the file, from 1.' })),
  column: Type.Optional(Type.Integer({ description: 'Only of a csv: the column in the file, from 1.' }))
}

/** Of an error about a unit that does not exist on the day. */
export const RelatedUnitProperties = {
  successors: Type.Optional(Type.Array(Type.String(), { description: 'Only of a unit that had ended: ids of the units that came after it and exist on the day.' })),
  predecessors: Type.Optional(Type.Array(Type.String(), { description: 'Only of a unit that had not begun: ids of the units that came before it and exist on the day, of which one must be named.' }))
}

/** A text that says something: blanks alone do not. Of an empty one the length is at fault and nothing else. */
export function Name (description: string, maxLength = 1000) {
  return Type.String({ description, minLength: 1, maxLength, format: 'text', pattern: '^$|\\S' })
}

export function Text (description: string, maxLength = 1000) {
  return Type.String({ description, maxLength, format: 'text' })
}

export function Day (description: string) {
  return Type.String({ description, format: 'date' })
}

/** A moment in RFC 3339, with its offset. */
export function Instant (description: string) {
  return Type.String({ description, format: 'date-time' })
}

/** Of what a list is ordered by: what the column of the database holds. */
export const MAX_POSITION = 1_000_000

/** A year that can be reported for. */
export function Year (description: string) {
  return Type.Integer({ description, minimum: FIRST_YEAR, maximum: LAST_YEAR })
}

export const MAX_COUNT = 999_999_999

/** Any number of dossiers, procedures, people: whole, not negative, and small enough that sums stay exact. */
export function Count (description: string) {
  return Type.Integer({ description, minimum: 0, maximum: MAX_COUNT })
}
