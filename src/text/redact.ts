const KEY = /cchc_[a-z0-9]{8,32}_[A-Za-z0-9_-]{20,}/g
const RUN = /[A-Za-z0-9_.-]+/g

/** The text with `cchc_***` and `jwt_***` in place of what looks like a key of ours or a JSON Web Token. */
export function redactSecrets (text: string): string {
  const keyless = text.includes('cchc_') ? text.replace(KEY, 'cchc_***') : text
  return keyless.includes('eyJ') ? keyless.replace(RUN, redactToken) : keyless
}

/**
 * Drops a token and what it runs into. Not one expression for tokens: that would start anew at each `eyJ`, and a text
 * full of them would take the square of its length.
 */
function redactToken (run: string): string {
  const start = run.indexOf('eyJ')
  if (start < 0) return run
  const second = run.indexOf('.', start)
  return second >= 0 && run.includes('.', second + 1) ? `${run.slice(0, start)}jwt_***` : run
}
