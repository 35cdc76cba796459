import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../context.ts'
import { sendProblem } from '../response/error-handler.ts'

interface Address {
  pattern: RegExp
  methods: string[]
}

/**
 * Answers what no route takes: 405 with `Allow` where the address takes other methods, 308 or 404 where only a slash at
 * the end is too much, and otherwise 404. To be called before any route is registered, but after that of preflights,
 * which takes all addresses.
 */
export function answerUnrouted (app: App) {
  const addresses = new Map<string, Address>()
  const methodsAt = (path: string) => (
    [...addresses.values()].filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods))

  app.addHook('onRoute', ({ url, method }) => {
    const address = addresses.get(url) ?? { pattern: patternOf(url), methods: [] }
    address.methods.push(...[method].flat())
    addresses.set(url, address)
  })

  /** @returns null where not only the slash at the end is too much */
  const answerWithoutSlash = (request: FastifyRequest, reply: FastifyReply) => {
    const [path, query] = partsOf(request)
    if (methodsAt(path).length > 0) return null
    const meant = path.slice(0, -1)
    const methods = methodsAt(meant)
    if (!methods.includes(request.method)) return null
    if (request.method === 'GET' || request.method === 'HEAD') return reply.redirect(`${meant}${query}`, 308)
    return sendNotFound(reply, `there is no ${request.method} ${path}; without the slash at its end there is: ${meant}`)
  }

  const answer = (request: FastifyRequest, reply: FastifyReply) => {
    const [path] = partsOf(request)
    const methods = methodsAt(path).toSorted().join(', ')
    if (methods === '') return sendNotFound(reply, `there is no ${request.method} ${path}`)
    const kind = { code: 'method_not_allowed', status: 405, title: 'The address does not take this method' } as const
    return sendProblem(reply.header('allow', methods), kind, `${path} takes ${methods}, not ${request.method}`, [])
  }
  app.setNotFoundHandler(answer)
  // After the request was counted, and before its body is read, which could be at fault as well.
  app.addHook('preParsing', (request, reply, payload, done) => {
    // Not only where nothing is found: `/v1/units/` would be the unit with an empty code.
    if (hasSlashAtEnd(request.url) && answerWithoutSlash(request, reply) !== null) return
    if (request.is404) return answer(request, reply)
    done(null, payload)
  })
}

function sendNotFound (reply: FastifyReply, detail: string) {
  return sendProblem(reply, { code: 'not_found', status: 404, title: 'Not found' }, detail, [])
}

function patternOf (url: string): RegExp {
  return new RegExp(`^${url.replaceAll(/:\w+/g, '[^/]+').replaceAll('*', '.*')}$`)
}

/** Whether the path ends with one. */
function hasSlashAtEnd (url: string): boolean {
  const query = url.indexOf('?')
  return url[(query < 0 ? url.length : query) - 1] === '/'
}

/** The path, and the query with its question mark. */
function partsOf ({ url }: FastifyRequest): [string, string] {
  const [, path, query] = /^([^?]*)(.*)$/s.exec(url)!
  return [path!, query!]
}
