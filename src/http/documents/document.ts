import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type, type TSchema } from 'typebox'
import { withoutDeadline } from '../../concurrency/request-deadline.ts'
import { DOCUMENT_TYPES, type DocumentFormat } from '../../contract/formats.ts'
import type { Document, DocumentLanguage } from '../../documents/document.ts'
import { docxOf } from '../../documents/docx/docx.ts'
import { xlsxOf } from '../../documents/xlsx/xlsx.ts'
import { fileNameOf } from '../tables/file-name.ts'
import { LANGUAGES } from '../response/language.ts'
import { formatAmong, tableResponse } from '../response/respond.ts'

const WRITERS = { docx: docxOf, xlsx: xlsxOf }

/** The 200 answer of what is also a document that people send. */
export function documentResponse (json: TSchema, description: string) {
  const { headers, ...response } = tableResponse(json, description, DOCUMENT_TYPES)
  const language = Type.String({
    enum: [...LANGUAGES], description: 'The language of docx and xlsx, by `Accept-Language`; Vietnamese where neither is asked for.'
  })
  return { ...response, headers: { ...headers, 'content-language': language } }
}

/** @throws an error with status 406 if `Accept` names no available format */
export function documentFormatOf (request: FastifyRequest): DocumentFormat {
  return formatAmong(request, DOCUMENT_TYPES)
}

/** The language of a document by `Accept-Language`: that of officials, unless the other one is asked for. */
export function documentLanguageOf (request: FastifyRequest): DocumentLanguage {
  const accepted = request.accepts().language(['vi', 'en'])
  const language = accepted === 'en' ? 'en' : 'vi'
  request.answerLanguage = language
  return language
}

/** Answers with a document as a file. Documents are written in turn with spreadsheets. */
export async function sendDocument (
  request: FastifyRequest, reply: FastifyReply, format: keyof typeof WRITERS, document: Document
) {
  reply.type(DOCUMENT_TYPES[format])
  reply.header('content-disposition', `attachment; filename="${fileNameOf(request)}.${format}"`)
  const write = WRITERS[format]
  const file = await withoutDeadline(() => request.server.spreadsheets.run(() => write(document)))
  return reply.send(file)
}
