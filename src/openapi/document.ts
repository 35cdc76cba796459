import type { SwaggerOptions } from '@fastify/swagger'

/** What the contract says of the service as a whole. */
export const documentOptions: SwaggerOptions = {
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'Administrative-reform statistics',
      version: '1.0.0',
      license: { name: 'MIT', identifier: 'MIT' },
      description: [
        'Units, administrative procedures, one-stop dossiers and indicators of Vietnam\'s administrative reform (cải cách hành chính).',
        'Other systems post dossier statistics here; anyone reads on-time percentages per level, field, unit and period, and the statistics report itself.',
        '',
        'The sample data holds the report of Thanh Hóa province for the first half of 2021 (period `2021-H1`, source `bao-cao-2021`), which is real, and figures for every unit in period `2021-Q3`, source `sample`, which are **synthetic**.',
        '',
        'Lists answer as JSON, or with `?format=` or `Accept` as `ndjson`, `csv` or `xlsx`. Errors are `application/problem+json` with a stable `code`. Unknown is `null`, never 0.'
      ].join('\n')
    },
    servers: [{ url: '/', description: 'This service' }],
    tags: [
      { name: 'statistics', description: 'Dossier statistics and on-time percentages' },
      { name: 'reports', description: 'Forms, indicators and the filled report' },
      { name: 'catalogue', description: 'Units, fields, periods, procedures and sources' },
      { name: 'operations', description: 'Health, metrics and the contract itself' }
    ]
  },
  refResolver: { buildLocalReference: ({ $id }, _base, _fragment, i) => String($id ?? `def-${i}`) }
}
