import type { FastifyRequest } from 'fastify'

/**
 * What 401 says in `WWW-Authenticate`. On `Basic` a browser asks its user for a password, which a page that asks by
 * script, such as the documentation, does not want.
 */
export function challengesFor ({ headers }: FastifyRequest): string[] {
  const bearer = 'Bearer realm="cchc"'
  const scripted = headers['sec-fetch-mode'] !== undefined && headers['sec-fetch-mode'] !== 'navigate'
  return scripted ? [bearer] : [bearer, 'Basic realm="cchc", charset="UTF-8"']
}
