import { setTimeout as sleep } from 'node:timers/promises'
import { takeMissingSnapshots } from '../../src/evaluation/snapshots/commands.ts'
import { createClientKey } from '../../src/access/clients/commands.ts'
import { keyOf } from '../../src/access/auth/api-keys.ts'
import { submitReport } from '../../src/reports/submissions/commands.ts'
import { findingsOfRules } from '../../src/reports/submissions/findings.ts'
import type { Db } from '../../src/database/connect.ts'
import { runOwnWrite } from '../../src/writes/unit-of-work.ts'
import { item, send } from '../dossiers/given.ts'
import type { Operation } from './contract.ts'

/** Of the client that the examples speak of. */
export const EXAMPLE_KEY = `cchc_fedcba9876543210_${'B'.repeat(43)}`

type Send = (url: string, body: unknown, headers?: Record<string, string>) => Promise<unknown>

const PERIOD = '2021-H1'

/** Reports at each stage, of a unit each. A second time they stay as they are. */
export async function givenReports ({ db, post }: { db: Db, post: Send }): Promise<void> {
  const given = await db.selectFrom('submissions').select('unit').where('submitted_by', '=', 'district').execute()
  if (given.length > 0) return
  const units = ['H56-381', 'H56-382', 'H56-384', 'H56-386', 'H56-385']
  const value = (unit: string, number: number) => post('/v1/indicator-values', {
    items: [{ unit, period: PERIOD, indicator: '1.1.1', number }]
  })
  const step = (unit: string, name: string, body?: object) => post(`/v1/reports/${unit}/${PERIOD}/${name}`, body)
  for (const unit of units) await value(unit, 12)
  for (const unit of units.slice(1)) {
    const addressed = { path: { unit, period: PERIOD }, query: {}, now: Date.now() }
    await runOwnWrite(db, 'district', 'submitReport', write => submitReport(write, addressed, {}, findingsOfRules))
  }
  for (const unit of units.slice(2)) await step(unit, 'approve')
  for (const unit of units.slice(3)) await step(unit, 'publish')
  await step('H56-385', 'reopen', { reason: 'Sai số liệu chỉ tiêu 1.1.1', until: '2099-12-31T17:00:00+07:00' })
  await value('H56-385', 14)
}

/** What the examples speak of, and a fresh service has not: a client with a key, and dossiers with an import. */
export async function givenExamples (
  { db, put, post }: { db: Db, put: Send, post: Send }, operations: Operation[]
): Promise<void> {
  const exampleOf = (id: string) => (
    operations.find(({ operationId }) => operationId === id)!.requestBody!.content['application/json']!.example)
  const stocks = {
    unit: 'H56-381', source: 'one-stop', received_online: 9, received_direct: 0, resolved_early: 2, resolved_overdue: 0, pending_overdue: 0
  }
  await givenReports({ db, post })
  await post('/v1/dossier-statistics', { items: [
    { ...stocks, period: '2021-M01', carried_over: 0, resolved_in_time: 5, resolved_overdue: 1 },
    { ...stocks, period: '2021-M02', carried_over: 3, resolved_in_time: 8 },
    { ...stocks, period: '2021-M03', carried_over: 4, resolved_in_time: 13 },
    { ...stocks, period: '2021-Q3', carried_over: 0, resolved_in_time: 5 },
    { ...stocks, period: '2021-Q4', carried_over: 3, resolved_in_time: 12 }
  ] })
  const feedback = { unit: 'H56-381', source: 'one-stop', received_in_period: 30, resolved_in_time: 25, resolved_overdue: 0 }
  await post('/v1/feedback-statistics', {
    items: [{ ...feedback, period: '2021-Q3', carried_over: 0 }, { ...feedback, period: '2021-Q4', carried_over: 3 }]
  })
  await post('/v1/unit-changes', {
    effective_on: '2022-01-01', document: { number: '1', date: '2021-12-01', issuer: 'x' },
    events: [{ type: 'rename', unit: 'H56-STC', name: 'Sở Tài chính mới' }]
  })
  await post('/v1/procedure-decisions', exampleOf('postProcedureDecision'))
  await post('/v1/procedure-reviews', exampleOf('postProcedureReviews'))
  await post('/v1/evaluation-inputs', exampleOf('postEvaluationInputs'))
  await takeMissingSnapshots(db, Date.parse('2026-10-01T00:10:00+07:00'))
  await post('/v1/par-index-forms', exampleOf('postParIndexForms'))
  await post('/v1/par-index-scores/self', exampleOf('postParIndexSelfScores'))
  await post('/v1/par-index-scores/survey', exampleOf('postParIndexSurveyResults'))
  await post('/v1/par-index-scores/appraised', exampleOf('postParIndexAppraisals'))
  // A job to show, which is done.
  await post('/v1/procedures', { items: [{
    code: '1.009994', name: 'Cấp giấy phép xây dựng mới', field: 'land', level: 'district', interlinked: 'none', valid_from: '2021-03-03',
    correction: true
  }] })
  while ((await db.selectFrom('procedure_corrections').select('id').where('state', '<>', 'done').execute()).length > 0) await sleep(20)
  await put('/v1/clients/example', exampleOf('putClient'))
  await put('/v1/sources/one-stop/status-map', exampleOf('putStatusMap'))
  await post('/v1/dossiers?source=one-stop', '{', { 'content-type': 'application/x-ndjson' })
  await post('/v1/dossiers?source=one-stop', exampleOf('postDossiers'))
  await post('/v1/dossiers?source=one-stop&unknown_codes=keep', {
    items: [item({ code: 'of-no-procedure', procedure: '9.999999' })]
  })
  await runOwnWrite(db, 'tests', 'givenExamples', write => createClientKey(write, 'example', 0, keyOf(EXAMPLE_KEY)!))
  const ended = { status: 10, received_at: '2021-07-01T08:00:00+07:00', finished_at: '2021-07-05T08:00:00+07:00' }
  await send(db, [item({
    code: 'late-in-2026-Q3', unit: 'H56-STC', status: 10, received_at: '2026-07-01T08:00:00+07:00',
    due_at: '2026-07-10T17:00:00+07:00', finished_at: '2026-07-20T09:00:00+07:00', updated_at: '2026-07-20T09:05:00+07:00'
  })])
  await send(db, [item({ code: 'ended-in-2021-Q3', ...ended }), item({
    code: 'asked-in-2021-Q3', status: 5, received_at: '2021-07-01T08:00:00+07:00', due_at: '2021-07-20T17:00:00+07:00',
    updated_at: '2021-07-05T08:00:00+07:00', supplements: [{ requested_at: '2021-07-05T08:00:00+07:00' }]
  })])
  await send(db, [item({ code: 'ended-in-2021-Q3', ...ended })], { source: 'other' })
}
