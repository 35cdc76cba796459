import { Type } from 'typebox'
import { OneOf } from './fields.ts'

/** The formats of lists, with their media types. */
export const MEDIA_TYPES = {
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  csv: 'text/csv',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
}

/** Other names of lines of JSON, which are taken and given as well. */
export const NDJSON_TYPES = [MEDIA_TYPES.ndjson, 'application/ndjson', 'application/jsonl']

/** The types of a stream. Generated clients send bytes as `application/octet-stream`. */
export const STREAM_TYPES = ['application/octet-stream', ...NDJSON_TYPES]

export type Format = keyof typeof MEDIA_TYPES

export const FORMATS = Object.keys(MEDIA_TYPES) as Format[]

export const FormatQuery = {
  format: Type.Optional(OneOf(FORMATS, {
    description: 'Format of the answer. Takes precedence over `Accept`. `csv` is UTF-8 with a BOM. So that no spreadsheet ' +
      'runs a text as a formula, a text that begins with `=`, `+`, `-`, `@`, a tab or CR, also after apostrophes, has one ' +
      'more apostrophe before it, which a program drops; numbers and single characters stay as they are. `xlsx` has real ' +
      'dates, in the time of Vietnam, and codes as text. Two spreadsheets are written at a time; ' +
      'others wait for 20 seconds at most.'
  }))
}
