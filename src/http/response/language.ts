import type {} from '@fastify/accepts'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** What people read can be had in these. The first is that of requests without a preference. */
const LANGUAGES = ['en', 'vi'] as const
export type Language = typeof LANGUAGES[number]

/** Which of them `Accept-Language` prefers; a request that wants none of them gets the first. */
export function languageOf (request: FastifyRequest): Language {
  // Most say nothing.
  if (request.headers['accept-language'] === undefined) return LANGUAGES[0]
  return (request.accepts().language([...LANGUAGES]) || LANGUAGES[0]) as Language
}

/** Says in which language the answer is, and that it depends on what the request prefers. */
export function sayLanguage (reply: FastifyReply, language: Language): FastifyReply {
  const vary = reply.getHeader('vary')
  return reply.header('content-language', language)
    .header('vary', vary === undefined ? 'accept-language' : `${String(vary)}, accept-language`)
}
