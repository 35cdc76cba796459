import { RequestDeadline, underDeadline } from '../../concurrency/request-deadline.ts'
import { hasBody } from '../body/slow-body.ts'
import type { App } from '../context.ts'

declare module 'fastify' {
  interface FastifyRequest {
    deadline: RequestDeadline
  }
}

/** Milliseconds that a batch may take longer for each of its rows: most of the time it works, and does not wait. */
const FOR_EACH_ROW = 0.5

/**
 * Gives every request a deadline for all that it waits for in the service.
 * @param milliseconds from its first byte; the time in which its body arrives does not count
 */
export function giveDeadlines (app: App, milliseconds: number) {
  app.decorateRequest('deadline')
  app.addHook('onRequest', (request, _reply, done) => {
    request.deadline = new RequestDeadline(milliseconds)
    underDeadline(request.deadline, done)
  })
  app.addHook('preParsing', ({ raw, deadline }, _reply, _body, done) => {
    if (hasBody(raw)) deadline.pause()
    done()
  })
  app.addHook('preValidation', ({ raw, body, deadline }, _reply, done) => {
    if (hasBody(raw)) deadline.resume(FOR_EACH_ROW * rowsIn(body))
    done()
  })
}

function rowsIn (body: unknown): number {
  const { items } = (body ?? {}) as { items?: unknown }
  return Array.isArray(items) ? items.length : 0
}
