import { unknownColumns, unknownProperties, unknownQuery } from '../measures/unknown.ts'
import { MEASURES } from './measures.ts'

/** In how many rows each measure of the form is unknown. */
export const UNKNOWN_COLUMNS = unknownColumns(MEASURES)
export const UnknownProperties = unknownProperties(MEASURES)
export const UnknownQuery = unknownQuery('resolved_early')
