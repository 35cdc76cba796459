import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import type { FastifySwaggerUiOptions } from '@fastify/swagger-ui'
import { problem, problems } from '../http/response/error-handler.ts'
import { withExamples } from './examples.ts'
import { withHeaders } from './headers.ts'
import { jsonFirst } from './json-first.ts'
import { VIETNAMESE } from './vietnamese.ts'

const SECURITY = {
  bearer: { type: 'http', scheme: 'bearer', description: 'A key, or a token (JWT) of the issuer that the service trusts.' },
  apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'A key.' },
  basic: { type: 'http', scheme: 'basic', description: 'Password: a key; any user, or none. For Excel, Power Query and Tableau.' }
} as const

const TITLE = 'Administrative-reform statistics'

/** The contract of the service as a whole. */
export const documentOptions: FastifyDynamicSwaggerOptions = {
  openapi: {
    openapi: '3.1.0',
    info: {
      title: TITLE,
      version: '1.0.0',
      license: { name: 'MIT', identifier: 'MIT' },
      description: [
        'Units, administrative procedures, one-stop dossiers and indicators of Vietnam\'s administrative reform (cải cách hành chính).',
        '',
        '*Thống kê cải cách hành chính: hồ sơ thủ tục hành chính, tỷ lệ giải quyết đúng hạn, biểu II.06a.*',
        '',
        'Other systems post dossiers and their statistics. Anyone reads on-time percentages by level, field, unit and period, and the filled statistics report.',
        '',
        'The sample data holds the report of Thanh Hóa province for the first half of 2021 (period `2021-H1`, source `bao-cao-2021`), which is real, and figures of every unit for period `2021-Q3` (source `sample`), which are **synthetic**.',
        '',
        '**First steps**',
        '',
        '1. Read a figure: open `GET /v1/on-time` below, choose *Try it out* and *Execute*. It needs no key unless the operator asks for one for reading. `group_by=level` or `group_by=unit` splits it.',
        '2. Press *Authorize* and enter the key that the operator gave to your system. A key writes for one unit and all units below it.',
        '3. Find the codes of your unit and procedures in `GET /v1/units` and `GET /v1/procedures`.',
        '4. Post dossiers with `POST /v1/dossiers?dry_run=true`. The answer says what would happen and which rows are at fault. Without `dry_run` they count at once.',
        '5. Read the figure again with `basis=records`, or open it in Excel with `format=xlsx`.',
        '',
        '**Names of units.** Codes of units are used again: `H56-14758` was one ward until 2025-06-30 and is another since. Answers name a unit by its id: its code, or `code@first day` if another unit had the code before. Requests may name it by its code, or by an alias. Both mean the unit that has that name on the day of what is said of it: the last day of a period or of the days asked for, the day on which a dossier was received, otherwise today. If no unit has it on that day, the last one before is meant, otherwise the first one after. `H56-14758@2021-06-01` means the unit that has the code on that day, whatever else is said. The national identifiers `000.17.22.H56` and `H56.22.17` are one alias.',
        '',
        'Lists are JSON by default, and `ndjson`, `csv` or `xlsx` with `?format=` or `Accept`. Errors are `application/problem+json` with a stable `code`. Unknown is `null`, never 0.'
      ].join('\n')
    },
    // The default of an operation: health and the contract itself need no key.
    security: [],
    components: { securitySchemes: SECURITY },
    servers: [{ url: '/', description: 'This service' }],
    tags: [
      { name: 'dossiers', description: 'Individual dossiers, and the progress of their imports · Hồ sơ' },
      { name: 'working-time', description: 'Working days, office hours and due dates · Lịch làm việc, hạn trả kết quả' },
      { name: 'statistics', description: 'Dossier statistics and on-time percentages · Tỷ lệ đúng hạn' },
      { name: 'evaluation', description: 'Points by Decision 766/QĐ-TTg, and yearly scores by forms of the province · Chấm điểm theo Quyết định 766, Chỉ số cải cách hành chính' },
      { name: 'reports', description: 'Forms, indicators and the filled report · Biểu mẫu, báo cáo' },
      { name: 'catalogue', description: 'Units, fields, periods, procedures and sources · Danh mục' },
      { name: 'access', description: 'Clients, their keys, and the audit log · Truy cập, nhật ký' },
      { name: 'operations', description: 'Health, metrics and the contract itself · Vận hành' }
    ]
  },
  transform: ({ schema: ofRoute, url, route }) => {
    const { scope } = route.config ?? {}
    const schema = inTwoLanguages(ofRoute as Described)
    if (scope === undefined) return { url, schema }
    const { description, response } = schema
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
  // The examples last, as they are data and no part of a schema.
  transformObject: document => (
    withExamples(jsonFirst(withHeaders((document as { openapiObject: object }).openapiObject)))),
  refResolver: { buildLocalReference: ({ $id }) => $id as string }
}

interface Described { operationId?: string, summary?: string, description?: string, response?: object }

/** What is hidden from the contract has no name. */
function inTwoLanguages (schema: Described): Described {
  const { operationId, summary } = schema
  return operationId === undefined ? schema : { ...schema, summary: `${summary} · ${VIETNAMESE[operationId]}` }
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
  theme: { title: TITLE },
  // The layout without the bar of Swagger UI, so that the name of the service is on top.
  uiConfig: {
    layout: 'BaseLayout', docExpansion: 'none', displayRequestDuration: true, filter: true, validatorUrl: null
  },
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
