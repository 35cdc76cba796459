import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'

/** For the contract of an answer that is one row with a version. */
export const VERSION_HEADER = { etag: Type.String({ description: 'Version of the row, to send as `If-Match`.' }) }

/** Sets the version of a row as its ETag: unlike a hash of the answer it is the same in all formats. */
export function sendVersion<T extends { version: number }> (reply: FastifyReply, row: T): T {
  reply.header('etag', `"${row.version}"`)
  return row
}

/** @returns the versions that `If-Match` names; null for any. A weak tag matches none (RFC 9110, 13.1.1). */
export function versionsIn (ifMatch: string | undefined): number[] | null {
  if (ifMatch === undefined || ifMatch.trim() === '*') return null
  return ifMatch.split(',').map(tag => Number(/^"?(\d{1,10})"?$/.exec(tag.trim())?.[1]))
}
