import { Type } from 'typebox'
import { OneOf } from './fields.ts'

/** The formats of lists, with their media types. */
export const MEDIA_TYPES = {
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  csv: 'text/csv',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
}

/** The formats of what is also a document that people send, with their media types. */
export const DOCUMENT_TYPES = {
  ...MEDIA_TYPES,
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
}

/** Other names of lines of JSON, which are taken and given as well. */
export const NDJSON_TYPES = [MEDIA_TYPES.ndjson, 'application/ndjson', 'application/jsonl']

/** The types of a stream. Generated clients send bytes as `application/octet-stream`. */
export const STREAM_TYPES = ['application/octet-stream', ...NDJSON_TYPES]

export type Format = keyof typeof MEDIA_TYPES

export type DocumentFormat = keyof typeof DOCUMENT_TYPES

export const FORMATS = Object.keys(MEDIA_TYPES) as Format[]
export const DOCUMENT_FORMATS = Object.keys(DOCUMENT_TYPES) as DocumentFormat[]

export const FormatQuery = {
  format: Type.Optional(OneOf(FORMATS, {
    description: 'Format of the answer. Takes precedence over `Accept`. `csv` is UTF-8 with a BOM. So that no spreadsheet ' +
      'runs a text as a formula, a text that begins with `=`, `+`, `-`, `@`, a tab or CR, also after apostrophes, has one ' +
      'more apostrophe before it, which a program drops; numbers and single characters stay as they are. `xlsx` has real ' +
      'dates, in the time of Vietnam, and codes as text. Two spreadsheets are written at a time; ' +
      'others wait for 20 seconds at most.'
  }))
}

/** In place of `FormatQuery` where the answer can be a document. */
export const DocumentQuery = {
  format: Type.Optional(OneOf(DOCUMENT_FORMATS, {
    description: 'Format of the answer. Takes precedence over `Accept`. `csv` (UTF-8 with a BOM) and `ndjson` are the plain table, ' +
      'for programs and BI: all columns, under their names in the contract. `xlsx` and `docx` are the document that people print, ' +
      'sign and send, in Vietnamese on A4: title, the columns of the paper, place and signature. The same content has the ' +
      'same bytes. Two documents or spreadsheets are written at a time; others wait for 20 seconds at most.'
  }))
}
