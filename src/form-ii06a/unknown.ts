import { Type, type TObject } from 'typebox'
import { columnsAsked, unknownColumns, unknownProperties, unknownQuery, type UnknownAsked } from '../measures/unknown.ts'
import { isDetailColumn, type DetailsAsked } from './detail-measures.ts'
import { MEASURES } from './measures.ts'

/** In how many rows each measure of the form is unknown. */
export const UNKNOWN_COLUMNS = unknownColumns(MEASURES)
export const UnknownProperties = unknownProperties(MEASURES)
export const UnknownQuery = unknownQuery('resolved_early')

/** The columns of a table of rows that have details as well, by what is asked. */
export function columnsWithDetailsAsked (row: TObject): (asked: UnknownAsked & DetailsAsked) => TObject {
  const others = Object.entries(row.properties).filter(([name]) => !isDetailColumn(name))
  const [withDetails, withoutDetails] = [columnsAsked(row), columnsAsked(Type.Object(Object.fromEntries(others)))]
  return asked => asked.details === true ? withDetails(asked) : withoutDetails(asked)
}
