import { readFile } from 'node:fs/promises'
import type { App } from '../http/context.ts'

const OLDER = new URL('../../openapi/openapi-3.0.json', import.meta.url)

/** The contract as OpenAPI 3.1, and as 3.0 for tools that know no newer one. */
export async function contractRoutes (app: App) {
  const schema = { hide: true }
  app.get('/openapi.json', { schema }, async () => app.swagger())
  app.get('/openapi-3.0.json', { schema }, async (_request, reply) => (
    reply.type('application/json; charset=utf-8').send(await readFile(OLDER))))
}
