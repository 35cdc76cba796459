import type { FastifyRequest } from 'fastify'

/** What a file name says beside the resource. */
const NAMED = ['unit', 'level', 'period', 'from', 'to']

const MAX_LENGTH = 120

/** A name that says what a table holds: `on-time_H56-380_2021-Q3`. ASCII, as a header needs it. */
export function fileNameOf ({ routeOptions, params, query }: FastifyRequest): string {
  const resource = routeOptions.url!.replace('/v1/', '').split('/').filter(part => !part.startsWith(':')).join('-')
  const asked = query as Record<string, string | string[] | undefined>
  const values = [...Object.values(params as object) as unknown[], ...NAMED.flatMap(name => asked[name] ?? [])]
  const parts = values.map(value => String(value).replaceAll(/[^A-Za-z0-9.-]+/g, '-'))
  return [resource, ...parts].join('_').slice(0, MAX_LENGTH)
}
