/** What https://www.w3.org/TR/trace-context/ calls trace-id and parent-id. */
export interface Trace {
  trace_id: string
  parent_id: string
}

// Only later versions than the first may say more.
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}(?:(?<!^00.*)-.*)?$/

/** The trace that a `traceparent` names; undefined for one that is not valid, as if it had not been sent. */
export function traceOf (traceparent: string): Trace | undefined {
  const [, traceId, parentId] = TRACEPARENT.exec(traceparent) ?? []
  return traceId === undefined ? undefined : { trace_id: traceId, parent_id: parentId! }
}
