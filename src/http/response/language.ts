import type {} from '@fastify/accepts'
import type { FastifyInstance, FastifyRequest, onSendHookHandler } from 'fastify'

/** Languages of the texts that people read. The first is that of who asks for none of them. */
export const LANGUAGES = ['en', 'vi'] as const
export type Language = typeof LANGUAGES[number]

declare module 'fastify' {
  interface FastifyRequest {
    /** That of the answer; null: it is the same in every language. */
    answerLanguage: Language | null
  }
}

/** Lets answers depend on `Accept-Language`. */
export function answerInLanguages (app: Pick<FastifyInstance, 'decorateRequest'>): void {
  app.decorateRequest('answerLanguage', null)
}

/** The language of an answer by `Accept-Language`. */
export function languageOf (request: FastifyRequest): Language {
  // What cannot be read as a request never gets to the plugins.
  if (!('accepts' in request)) return LANGUAGES[0]
  const accepted = request.accepts().language([...LANGUAGES])
  const language = accepted === false ? LANGUAGES[0] : accepted as Language
  request.answerLanguage = language
  return language
}

/** An onSend hook: says in which language an answer is. */
export const nameLanguage: onSendHookHandler = (request, reply, payload, done) => {
  if (request.answerLanguage !== null) {
    reply.header('content-language', request.answerLanguage)
    // What the answer depends on besides, such as the origin of a page.
    reply.header('vary', [reply.getHeader('vary'), 'accept-language'].flat().filter(Boolean).join(', '))
  }
  done(null, payload)
}

/** The headers of an answer in a language, for its schema. */
export const LANGUAGE_HEADERS = {
  'content-language': { type: 'string', enum: [...LANGUAGES], description: 'The language of its texts, by `Accept-Language`; English where neither is asked for.' }
}
