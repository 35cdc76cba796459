import { DatabaseError } from 'pg'
import type { LoggerOptions } from 'pino'
import { redactSecrets } from '../text/redact.ts'

const PREFIXES = ['', 'headers.', 'req.headers.', 'request.headers.', 'res.headers.', 'reply.headers.']
const SECRET_HEADERS = ['authorization', '["x-api-key"]', 'cookie', '["set-cookie"]']

/** Options of the logger: it logs no credentials and no values of rows. */
export function logOptions (level: string): LoggerOptions {
  return {
    level,
    base: null,
    serializers: { err: loggedError },
    hooks: {
      logMethod (args, method) {
        const [first, ...rest] = args as [unknown, ...unknown[]]
        // For an error without a message of the caller, pino would log the error's own message, unredacted.
        const message = rest.length === 0 && carriesError(first) ? ['an error'] : rest
        method.apply(this, [first, ...message] as typeof args)
      }
    },
    redact: PREFIXES.flatMap(prefix => SECRET_HEADERS.map(header => `${prefix}${header}`.replace('.[', '[')))
  }
}

/**
 * The properties of an error that may be logged. An allow list, because errors of the database hold rows in `detail`,
 * `where` and `internalQuery`, and others may hold anything.
 */
export function loggedError (error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error, message: redactSecrets(String(error)) }
  const { name, message, stack = '', cause } = error
  const { code, severity, schema, table, column, constraint, routine } = error as DatabaseError
  const safeMessage = isDataException(error) ? 'a value that the database refuses' : message
  return {
    type: error.constructor.name,
    message: redactSecrets(safeMessage),
    stack: redactSecrets(stack.replace(`${name}: ${message}`, () => `${name}: ${safeMessage}`)),
    code, severity, schema, table, column, constraint, routine,
    ...(cause === undefined ? {} : { cause: loggedError(cause) }),
    ...(error instanceof AggregateError ? { errors: error.errors.map(loggedError) } : {})
  }
}

function carriesError (value: unknown): boolean {
  return value instanceof Error || (typeof value === 'object' && value !== null && 'err' in value)
}

/** SQLSTATE class 22: the messages quote the value, in the language of the server. */
function isDataException (error: Error): boolean {
  return error instanceof DatabaseError && error.code?.startsWith('22') === true
}
