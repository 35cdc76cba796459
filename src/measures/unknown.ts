import { Type, type TObject } from 'typebox'

/** In how many rows each measure is unknown. As wide as the measures, so an answer has them on request only. */
export function unknownColumns<M extends string> (measures: readonly M[]): `${M}_unknown`[] {
  return measures.map(measure => `${measure}_unknown` as const)
}

/** What a question about measures is asked. */
export function unknownQuery (example: string) {
  return {
    unknown: Type.Optional(Type.Boolean({
      description: `Whether each measure comes with the number of rows in which it is unknown, such as \`${example}_unknown\`.`,
      default: false
    }))
  }
}
export interface UnknownAsked {
  unknown?: boolean | undefined
}

const ofMeasure = (measure: string) => Type.Optional(Type.Integer({
  description: `Number of rows in which \`${measure}\` is unknown. Only with \`unknown=true\`.`, minimum: 0
}))

/** The schema of each of these columns. */
export function unknownProperties<M extends string> (measures: readonly M[]) {
  return Object.fromEntries(measures.map(measure => [`${measure}_unknown`, ofMeasure(measure)])) as
    Record<`${M}_unknown`, ReturnType<typeof ofMeasure>>
}

/** @returns the columns of a table of such rows, by what is asked */
export function columnsAsked (row: TObject): (asked: UnknownAsked) => TObject {
  const known = Object.entries(row.properties).filter(([name]) => !isUnknownColumn(name))
  const withoutUnknown = Type.Object(Object.fromEntries(known))
  return ({ unknown }) => unknown === true ? row : withoutUnknown
}

export function isUnknownColumn (name: string): boolean {
  return name.endsWith('_unknown')
}
