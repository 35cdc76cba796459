import { Type, type TObject } from 'typebox'
import { MEASURES, type Measure } from './measures.ts'

/** In how many rows each measure is unknown. As wide as the measures, so an answer has them on request only. */
export const UNKNOWN_COLUMNS = MEASURES.map(measure => `${measure}_unknown` as const)

/** What a question about measures is asked. */
export const UnknownQuery = {
  unknown: Type.Optional(Type.Boolean({
    description: 'Whether each measure comes with the number of rows in which it is unknown, such as `resolved_early_unknown`.',
    default: false
  }))
}
export interface UnknownAsked {
  unknown?: boolean | undefined
}

const ofMeasure = (measure: Measure) => Type.Optional(Type.Integer({
  description: `Number of rows in which \`${measure}\` is unknown. Only with \`unknown=true\`.`, minimum: 0
}))

/** The schema of each of these columns. */
export const UnknownProperties = Object.fromEntries(MEASURES.map(measure => [`${measure}_unknown`, ofMeasure(measure)])) as
  Record<`${Measure}_unknown`, ReturnType<typeof ofMeasure>>

/** @returns the columns of a table of such rows, by what is asked */
export function columnsAsked (row: TObject): (asked: UnknownAsked) => TObject {
  const known = Object.entries(row.properties).filter(([name]) => !isUnknownColumn(name))
  const withoutUnknown = Type.Object(Object.fromEntries(known))
  return ({ unknown }) => unknown === true ? row : withoutUnknown
}

export function isUnknownColumn (name: string): boolean {
  return UNKNOWN_COLUMNS.some(column => column === name)
}
