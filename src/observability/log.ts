import { DatabaseError } from 'pg'
import type { LoggerOptions } from 'pino'
import { redactSecrets } from '../text/redact.ts'

const HOLDERS = ['', 'headers.', 'req.headers.', 'request.headers.', 'res.headers.', 'reply.headers.']
const SECRET_HEADERS = ['authorization', '["x-api-key"]', 'cookie', '["set-cookie"]']

/** How the service logs: nothing that lets anyone in, and no values of rows. */
export function logOptions (level: string): LoggerOptions {
  return {
    level,
    base: null,
    serializers: { err: loggedError },
    hooks: {
      logMethod (args, method) {
        const [what, ...rest] = args as [unknown, ...unknown[]]
        // Where nothing is said of an error, pino would say its message as it is.
        const said = rest.length === 0 && carriesError(what) ? ['an error'] : rest
        method.apply(this, [what, ...said] as typeof args)
      }
    },
    redact: HOLDERS.flatMap(holder => SECRET_HEADERS.map(header => `${holder}${header}`.replace('.[', '[')))
  }
}

/**
 * What may be known of an error. A list of what is told: errors of the database hold rows in `detail`, `where` and
 * `internalQuery`, and others may hold anything.
 */
export function loggedError (error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error, message: redactSecrets(String(error)) }
  const { name, message, stack = '', cause } = error
  const { code, severity, schema, table, column, constraint, routine } = error as DatabaseError
  const told = isOfValue(error) ? 'a value that the database refuses' : message
  return {
    type: error.constructor.name,
    message: redactSecrets(told),
    stack: redactSecrets(stack.replace(`${name}: ${message}`, () => `${name}: ${told}`)),
    code, severity, schema, table, column, constraint, routine,
    ...(cause === undefined ? {} : { cause: loggedError(cause) }),
    ...(error instanceof AggregateError ? { errors: error.errors.map(loggedError) } : {})
  }
}

function carriesError (what: unknown): boolean {
  return what instanceof Error || (typeof what === 'object' && what !== null && 'err' in what)
}

/** SQLSTATE class 22, data exceptions: their messages quote the value, in whatever language. */
function isOfValue (error: Error): boolean {
  return error instanceof DatabaseError && error.code?.startsWith('22') === true
}
