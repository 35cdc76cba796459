import { readFile } from 'node:fs/promises'
import type { Test } from 'tap'
import { givenClient } from '../../client.ts'
import { ADMIN, forEachDatabase, type Service } from '../../database.ts'
import { item, send } from '../../dossiers/given.ts'
import type { Db } from '../../../src/database/connect.ts'
import { units } from '../../../src/seed/catalogue/units.ts'

const HOME = 'H56-380'
const FOREIGN = 'H56-381'
const PERIOD = '2021-Q4'
const WITHIN = new Set(units().filter(({ path }) => path.includes(HOME)).map(({ code }) => code))

/** What the contract asks for, set down by hand: not what the routes say of themselves. */
const NEEDS: Record<string, string> = {
  postDossierStatistics: 'write:statistics',
  deleteDossierStatistics: 'write:statistics',
  postIndicatorValues: 'write:indicators',
  postProcedures: 'write:catalogue',
  postFields: 'write:catalogue',
  postLevels: 'write:catalogue',
  postPeriods: 'write:catalogue',
  postUnits: 'write:catalogue',
  putSource: 'write:catalogue',
  putStatusMap: 'write:catalogue',
  postDossiers: 'write:dossiers',
  importDossiers: 'write:dossiers',
  deleteDossier: 'write:dossiers',
  listImports: 'write:dossiers',
  getImport: 'write:dossiers',
  listImportErrors: 'write:dossiers',
  listAudit: 'admin',
  listClients: 'admin',
  getClient: 'admin',
  putClient: 'admin',
  listClientKeys: 'admin',
  createClientKey: 'admin',
  revokeClientKey: 'admin',
  getLiveness: 'nothing',
  getReadiness: 'nothing',
  getMetrics: 'metrics'
}
const READS = [
  'listDossierStatistics', 'listDiscontinuities', 'getOnTime', 'explainOnTime', 'listOnTimeDossiers', 'getOnTimeSeries', 'getReconciliation',
  'getReport', 'getDossierForm', 'listForms', 'listIndicators', 'listIndicatorValues', 'listLevels', 'listUnits', 'getUnit',
  'listFields', 'listPeriods', 'getPeriod', 'listProcedures', 'getProcedure', 'listSources', 'getSource', 'listChanges',
  'listDossiers', 'getDossier', 'getStatusMap', 'listSourceConflicts'
]
for (const operation of READS) NEEDS[operation] = 'read'

const ALL = ['read', 'write:statistics', 'write:dossiers', 'write:indicators', 'write:catalogue', 'approve', 'admin', 'metrics']
const KEYS: Record<string, string[]> = { ...Object.fromEntries(ALL.map(scope => [scope, [scope]])), all: ALL, none: [] }
const UNITS = { any: null, province: 'H56', district: HOME, foreign: FOREIGN }

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

interface Operation {
  id: string
  method: Method
  path: string
}

interface Described { operationId: string }

const contract = JSON.parse(await readFile(new URL('../../../openapi/openapi.json', import.meta.url), 'utf8')) as
  { paths: Record<string, Record<string, Described>> }
const operations: Operation[] = Object.entries(contract.paths).flatMap(([path, methods]) => (
  Object.entries(methods).filter(([, { operationId }]) => operationId !== undefined)
    .map(([method, { operationId: id }]) => ({ id, method: method.toUpperCase() as Method, path }))))

/** A request that succeeds for who may make it and reaches the unit. */
function requestFor (
  { id, path }: Operation, unit: string, { [unit]: key, import: ownImport }: Record<string, string>
): { url: string, payload?: object | string } {
  const about: Record<string, string> = {
    getUnit: `/v1/units/${unit}`,
    getReport: `/v1/reports/${unit}/2021-H1`,
    getDossierForm: `/v1/forms/ii-06a/${unit}/2021-H1`,
    getReconciliation: `/v1/reconciliation?period=${PERIOD}&unit=${unit}`,
    getOnTimeSeries: `/v1/units/${unit}/on-time-series?from=2021-01&to=2021-02`,
    explainOnTime: `/v1/on-time/explain?period=${PERIOD}&unit=${unit}`,
    listOnTimeDossiers: `/v1/on-time/explain/dossiers?period=${PERIOD}&unit=${unit}`,
    getOnTime: `/v1/on-time?period=${PERIOD}&unit=${unit}`,
    listDossierStatistics: `/v1/dossier-statistics?unit=${unit}`,
    listDiscontinuities: `/v1/dossier-statistics/continuity?unit=${unit}&period=${PERIOD}`,
    deleteDossierStatistics: `/v1/dossier-statistics?unit=${unit}&period=${PERIOD}`,
    listIndicatorValues: `/v1/indicator-values?unit=${unit}`,
    listAudit: `/v1/audit?unit=${unit}`,
    listDossiers: `/v1/dossiers?unit=${unit}`,
    listSourceConflicts: `/v1/source-conflicts?unit=${unit}`,
    getDossier: `/v1/dossiers/d-${unit}`,
    deleteDossier: `/v1/dossiers/d-${unit}`,
    getImport: `/v1/imports/${ownImport}`,
    listImportErrors: `/v1/imports/${ownImport}/errors`,
    getStatusMap: '/v1/sources/bao-cao-2021/status-map',
    putStatusMap: '/v1/sources/one-stop/status-map',
    getPeriod: '/v1/periods/2021-H1',
    getProcedure: '/v1/procedures/1.001193',
    getSource: '/v1/sources/bao-cao-2021',
    putSource: '/v1/sources/one-stop',
    getClient: `/v1/clients/of-${unit}`,
    putClient: `/v1/clients/of-${unit}`,
    listClientKeys: `/v1/clients/of-${unit}/keys`,
    createClientKey: `/v1/clients/of-${unit}/keys`,
    revokeClientKey: `/v1/clients/of-${unit}/keys/${key}`
  }
  const deleted = { code: 'none', unit, updated_at: '2021-06-01T08:00:00Z', deleted: true }
  const bodies: Record<string, object | string> = {
    postDossierStatistics: { items: [{ unit, period: PERIOD, scope: 'total', received: 1 }] },
    postIndicatorValues: { items: [{ unit, period: '2021-H1', indicator: '3.1.3', printed: '9' }] },
    postProcedures: { items: [] },
    postFields: { items: [] },
    postLevels: { items: [] },
    postPeriods: { items: [] },
    postUnits: { items: [] },
    postDossiers: { items: [deleted] },
    importDossiers: `${JSON.stringify(deleted)}\n`,
    putStatusMap: { items: [] },
    putSource: { name: 'x', precedence: 100, synthetic: false },
    putClient: { name: 'x', scopes: [], unit }
  }
  const payload = bodies[id]
  return { url: about[id] ?? path, ...(payload === undefined ? {} : { payload }) }
}

/** What becomes of a request for a unit out of reach. What names no unit has no such case. */
const OUT_OF_REACH: Record<string, number> = {
  getUnit: 404, getReport: 404, getDossierForm: 404, getOnTimeSeries: 404, getDossier: 404, deleteDossier: 404,
  getClient: 404, putClient: 404, listClientKeys: 404, createClientKey: 404, revokeClientKey: 404,
  getOnTime: 400, explainOnTime: 400, listOnTimeDossiers: 400, getReconciliation: 400, deleteDossierStatistics: 400,
  listDiscontinuities: 400, listDossiers: 400,
  listSourceConflicts: 400, listDossierStatistics: 400, listIndicatorValues: 400, listAudit: 400,
  postDossierStatistics: 403, postDossiers: 403, postIndicatorValues: 403,
  // Of a stream each row is refused alone.
  importDossiers: 422
}

/** What all provinces of a database share is written by those whose keys are for all units. */
const COMMON = ['postFields', 'postLevels', 'postPeriods']

function expected ({ id }: Operation, scopes: string[] | null, own: string | null, asked: string): number {
  const needed = NEEDS[id]!
  if (needed === 'nothing') return 200
  if (scopes === null) return 401
  if (!scopes.includes(needed)) return 403
  if (COMMON.includes(id)) return own === null ? 200 : 403
  return reaches(own, asked) ? 200 : OUT_OF_REACH[id] ?? 200
}

function reaches (unit: string | null, asked: string): boolean {
  return unit === null || unit === 'H56' || unit === asked
}

forEachDatabase('every operation answers every key', async (t, service) => {
  t.same(Object.keys(NEEDS).toSorted(), operations.map(({ id }) => id).toSorted(), 'the table knows all operations')
  const keyIds: Record<string, string> = {}
  for (const unit of ['H56', HOME, FOREIGN]) {
    keyIds[unit] = (await givenClient(service, `of-${unit}`, { scopes: [], unit })).id
    await givenDossier(service.db, unit)
  }

  for (const [where, unit] of Object.entries(UNITS)) {
    for (const [name, scopes] of Object.entries(KEYS)) {
      const code = `${name.replace(':', '-')}-${where}`
      const { headers } = await givenClient(service, code, { scopes, unit, source: 'one-stop' })
      // Whoever may not send has none, and is told so before anybody looks for it.
      const sent = await service.post('/v1/dossiers', { items: [] }, headers)
      const ids = { ...keyIds, import: String(sent.body.import ?? 0) }
      await t.test(`a key for ${name} and ${where} unit as its scopes and its unit say`, t => (
        askAll(t, service, headers, ids, scopes, unit)))
    }
  }
  await t.test('and no key at all only what needs none', t => askAll(t, service, {}, keyIds, null, null))
}, { publicScopes: [], requestsPerMinute: 0, issuer: null })

async function askAll (
  t: Test, { app, db }: Service, headers: object, ids: Record<string, string>, scopes: string[] | null,
  own: string | null
) {
  for (const operation of operations) {
    for (const unit of ['H56', HOME, FOREIGN]) {
      const status = expected(operation, scopes, own, unit)
      if (operation.id === 'deleteDossier' && status === 200) await givenDossier(db, unit)
      const request = requestFor(operation, unit, ids)
      const type = typeof request.payload === 'string' ? { 'content-type': 'application/x-ndjson' } : {}
      const { method } = operation
      const { statusCode } = await app.inject({ method, headers: { ...headers, ...type }, ...request })
      t.equal(statusCode, status, `${operation.id} for ${unit}`)
      if (operation.id === 'deleteDossier' && status === 200) await givenDossier(db, unit)
    }
  }
}

let second = 0

/** There again, if it was deleted. The province has no desk of its own, so one of its departments stands for it. */
async function givenDossier (db: Db, unit: string) {
  const updated = new Date(Date.now() + 1_000 * second++).toISOString()
  await send(db, [item({ code: `d-${unit}`, unit: unit === 'H56' ? 'H56-SNV' : unit, updated_at: updated })])
}

forEachDatabase('to a key for one district', async (t, service) => {
  const { get, post } = service
  const { headers } = await givenClient(service, 'district', { scopes: ALL, unit: HOME, source: 'one-stop' })
  const row = (unit: string, received = 1) => ({ unit, period: '2024-Q1', source: 'one-stop', received })
  const value = (unit: string) => ({ unit, period: '2021-H1', indicator: '3.1.3', printed: '9' })
  for (const unit of ['H56-381', 'H56-382', HOME, 'H56-14755']) {
    await post('/v1/dossier-statistics', { items: [row(unit)] })
    await post('/v1/indicator-values', { items: [value(unit)] })
    await givenDossier(service.db, unit)
  }

  t.test('there is nothing but its rows and those below it', async t => {
    for (const [list, column] of Object.entries({
      '/v1/units?limit=10000': 'code',
      '/v1/units?level=district,commune&q=a&limit=10000': 'code',
      '/v1/dossier-statistics?limit=10000': 'unit',
      '/v1/dossier-statistics?limit=10000&period=2024-Q1': 'unit',
      '/v1/indicator-values?limit=10000': 'unit',
      '/v1/dossiers?limit=10000': 'unit',
      '/v1/on-time?period=2024-Q1&group_by=unit': 'unit',
      '/v1/audit?limit=10000': 'unit'
    })) {
      const all = await get(list, ADMIN)
      const { status, body } = await get(list, headers)
      t.equal(status, 200, list)
      t.not(body.items.length, 0, list)
      t.ok(body.items.every((item: Record<string, string>) => WITHIN.has(item[column]!)), list)
      t.ok(all.body.items.length > body.items.length, `${list} holds more for others`)
      const own = all.body.items.filter((item: Record<string, string>) => WITHIN.has(item[column]!))
      t.equal(body.items.length, own.length, `${list} holds all of its own`)
    }
  })

  t.test('sums are those of its own rows', async t => {
    for (const query of ['', '&group_by=level', '&unit=H56-380']) {
      const { body } = await get(`/v1/on-time?period=2024-Q1${query}`, headers)
      t.equal(body.items.reduce((sum: number, { received }: { received: number }) => sum + received, 0), 2, query)
    }
  })

  t.test('changes are those of its own rows and of what belongs to no unit', async t => {
    const { body } = await get('/v1/changes?limit=10000', headers)
    t.ok(body.items.some(({ unit }: { unit: string }) => unit === 'H56-14755'))
    t.ok(body.items.every(({ unit }: { unit: string | null }) => unit === null || WITHIN.has(unit)))
  })

  t.test('a foreign unit is one that there never was', async t => {
    for (const foreign of ['H56', FOREIGN, 'H56-SNV', 'gso:381']) {
      for (const path of ['/v1/units/*', '/v1/reports/*/2021-H1', '/v1/reports/*/2021-H1?format=csv', '/v1/dossier-statistics?unit=*', '/v1/dossier-statistics/continuity?period=2021-Q4&unit=*',
        '/v1/on-time?period=2021-H1&unit=*', '/v1/units/*/on-time-series?from=2021-01&to=2021-02',
        '/v1/forms/ii-06a/*/2021-H1', '/v1/reconciliation?period=2021-H1&unit=*', '/v1/dossiers/d-*', '/v1/dossiers?unit=*', '/v1/indicator-values?unit=*', '/v1/audit?unit=*', '/v1/units?parent=*']) {
        const one = await get(path.replace('*', foreign), headers)
        const none = await get(path.replace('*', 'H56-999'), headers)
        t.ok(one.status === 404 || one.status === 400, path)
        t.equal(one.text.replaceAll(foreign, 'H56-999'), none.text, path)
        t.same(Object.keys(one.headers), Object.keys(none.headers), path)
      }
    }
  })

  t.test('a batch with foreign rows is refused, and each of them is named', async t => {
    const items = [row('H56-14758', 5), row(FOREIGN, 5), row('H56', 5), row('H56-14755', 5)]
    for (const query of ['', '?dry_run=true', '?replace=true']) {
      t.match(await post(`/v1/dossier-statistics${query}`, { items }, headers), {
        status: 403,
        body: { code: 'forbidden_rows', errors: [1, 2].map(n => ({ pointer: `/items/${n}/unit`, code: 'forbidden_unit' })) }
      })
    }
    t.match(await post('/v1/indicator-values', { items: [value(FOREIGN)] }, headers), {
      status: 403, body: { errors: [{ pointer: '/items/0/unit', code: 'forbidden_unit' }] }
    })
    t.match((await get('/v1/dossier-statistics?period=2024-Q1&unit=H56-380&limit=10000', headers)).body.items, [{ received: 1 }, { received: 1 }])
  })

  t.test('in partial mode its own rows are written, and each foreign one is refused', async t => {
    const answer = await post('/v1/dossier-statistics?mode=partial', { items: [row('H56-14758', 5), row(FOREIGN, 5)] }, headers)
    t.match(answer, { status: 200, body: { created: 1, rejected: 1, errors: [{ pointer: '/items/1/unit', code: 'forbidden_unit' }] } })
    t.match((await get(`/v1/dossier-statistics?period=2024-Q1&unit=${FOREIGN}`)).body.items, [{ received: 1 }])
  })

  t.test('a source is its own, which need not be said', async t => {
    const { source: _, ...plain } = row('H56-14761')
    t.match((await post('/v1/dossier-statistics', { items: [plain] }, headers)).body, { created: 1 })
    t.match(await post('/v1/dossier-statistics', { items: [{ ...plain, source: 'other' }] }, headers), {
      status: 403, body: { errors: [{ pointer: '/items/0/source', code: 'forbidden_source' }] }
    })
  })
})
