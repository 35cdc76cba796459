const KEY = /cchc_[a-z0-9]{8,32}_[A-Za-z0-9_-]{20,}/g
const RUN = /[A-Za-z0-9_.-]+/g

/** Replaces what looks like a key of this service by `cchc_***`, and a JSON Web Token by `jwt_***`. */
export function redactSecrets (text: string): string {
  const keyless = text.includes('cchc_') ? text.replace(KEY, 'cchc_***') : text
  return keyless.includes('eyJ') ? keyless.replace(RUN, redactToken) : keyless
}

/**
 * Drops a token and everything up to the end of the run of characters. One regular expression for tokens would restart
 * at each `eyJ`, and take quadratic time on a text full of them.
 */
function redactToken (run: string): string {
  const start = run.indexOf('eyJ')
  if (start < 0) return run
  const second = run.indexOf('.', start)
  return second >= 0 && run.includes('.', second + 1) ? `${run.slice(0, start)}jwt_***` : run
}
