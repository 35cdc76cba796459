import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import type { FastifySwaggerUiOptions } from '@fastify/swagger-ui'
import { problem, problems } from '../http/response/error-handler.ts'
import { withHeaders } from './headers.ts'
import { jsonFirst } from './json-first.ts'

const SECURITY = {
  bearer: { type: 'http', scheme: 'bearer', description: 'A key, or a token (JWT) of the issuer that the service trusts.' },
  apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'A key.' },
  basic: { type: 'http', scheme: 'basic', description: 'Password: a key; any user, or none. For Excel, Power Query and Tableau.' }
} as const

/** The contract of the service as a whole. */
export const documentOptions: FastifyDynamicSwaggerOptions = {
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'Administrative-reform statistics',
      version: '1.0.0',
      license: { name: 'MIT', identifier: 'MIT' },
      description: [
        'Units, administrative procedures, one-stop dossiers and indicators of Vietnam\'s administrative reform (cải cách hành chính).',
        'Other systems post dossiers and their statistics. Anyone reads on-time percentages by level, field, unit and period, and the filled statistics report.',
        '',
        'The sample data holds the report of Thanh Hóa province for the first half of 2021 (period `2021-H1`, source `bao-cao-2021`), which is real, and figures of every unit for period `2021-Q3` (source `sample`), which are **synthetic**.',
        '',
        'Lists are JSON by default, and `ndjson`, `csv` or `xlsx` with `?format=` or `Accept`. Errors are `application/problem+json` with a stable `code`. Unknown is `null`, never 0.'
      ].join('\n')
    },
    // The default of an operation: health and the contract itself need no key.
    security: [],
    components: { securitySchemes: SECURITY },
    servers: [{ url: '/', description: 'This service' }],
    tags: [
      { name: 'statistics', description: 'Dossier statistics and on-time percentages' },
      { name: 'dossiers', description: 'Individual dossiers, and the progress of their imports' },
      { name: 'reports', description: 'Forms, indicators and the filled report' },
      { name: 'catalogue', description: 'Units, fields, periods, procedures and sources' },
      { name: 'access', description: 'Clients, their keys, and the audit log' },
      { name: 'operations', description: 'Health, metrics and the contract itself' }
    ]
  },
  transform: ({ schema, url, route }) => {
    const { scope } = route.config ?? {}
    if (scope === undefined) return { url, schema }
    const { description, response } = schema as { description?: string, response?: object }
    return {
      url,
      schema: {
        ...schema,
        // `{}` means no key: the operator may make these public. Some generated clients send a key in every way, of
        // which the last stands in `Authorization`: bearer, as a key alone is not what Basic encodes.
        security: [
          ...(scope === 'read' || scope === 'metrics' ? [{}] : []),
          ...Object.keys(SECURITY).toReversed().map(name => ({ [name]: [] }))
        ],
        description: [description, `Scope: \`${scope}\`.`].filter(Boolean).join('\n\n'),
        response: { ...response, ...answersOfHooks(route) }
      }
    }
  },
  transformObject: document => (
    jsonFirst(withHeaders('openapiObject' in document ? document.openapiObject : document.swaggerObject))),
  refResolver: { buildLocalReference: ({ $id }) => $id as string }
}

/** The answers that hooks give on every route of the API, which the schema of a route does not list. */
function answersOfHooks ({ method, url }: { method: string | string[], url: string }) {
  return {
    ...problems(401, 403, 429),
    // Without `type: 'null'` the document would say that it has a body.
    ...(method === 'GET' && url.startsWith('/v1/') ? { 304: { type: 'null', description: 'The answer still has the `ETag` that `If-None-Match` names.' } } : {}),
    default: problem('Any other error.')
  }
}

/** The page to read the contract and try it out. */
export const documentationOptions: FastifySwaggerUiOptions = {
  routePrefix: '/docs',
  uiConfig: { displayRequestDuration: true, filter: true, validatorUrl: null },
  // Not the policy that comes with the page: it upgrades requests to HTTPS, which an address in an office network may
  // not have. The page adds inline styles at run time, with icons as data URLs.
  staticCSP: {
    'default-src': '\'self\'',
    'base-uri': '\'self\'',
    'object-src': '\'none\'',
    'frame-ancestors': '\'self\'',
    'img-src': ['\'self\'', 'data:'],
    'style-src': ['\'self\'', '\'unsafe-inline\'']
  }
}
