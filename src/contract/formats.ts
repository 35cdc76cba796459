import { Type } from 'typebox'
import { OneOf } from './fields.ts'

/** The formats of lists, with their media types. */
export const MEDIA_TYPES = {
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  csv: 'text/csv',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
}

export type Format = keyof typeof MEDIA_TYPES

export const FORMATS = Object.keys(MEDIA_TYPES) as Format[]

export const FormatQuery = {
  format: Type.Optional(OneOf(FORMATS, {
    description: 'Format of the answer. Takes precedence over `Accept`. csv is UTF-8 with a BOM.'
  }))
}
