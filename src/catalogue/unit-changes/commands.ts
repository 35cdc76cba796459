import { sql } from 'kysely'
import { governs } from '../../contract/caller.ts'
import { DomainError, notFound, type Issue } from '../../contract/errors.ts'
import type { Trx } from '../../database/connect.ts'
import { allowSlowStatements } from '../../database/time-limits.ts'
import { nameOfDay, parseDay } from '../../time/business-day.ts'
import { auditRowsOf } from '../../writes/changes.ts'
import type { Write } from '../../writes/write.ts'
import { checkEvent, effectsOf } from './plan/events.ts'
import { settle } from './plan/checks.ts'
import { resolveNames, type Names } from './plan/names.ts'
import { planOf, statesOf, type Plan } from './plan/plan.ts'
import { provinceAround } from './plan/province.ts'
import { endedOtherwise, figuresAfterEnd, namesTaken, parentsEnding, unknownProcedures } from './plan/stored.ts'
import { storePlan } from './plan/store.ts'
import { dependents, misfits, unitsMadeBy } from './withdrawal/dependents.ts'
import { takeBack, type StoredChange } from './withdrawal/take-back.ts'
import type { UnitChange, UnitChangeAnswer, UnitChangeEnvelope, UnitState } from './schema.ts'

/** What depends on units. It is given from outside: the catalogue knows nothing of dossiers. */
export interface UnitChangeEffects {
  /** Passes on what is open when units end. @returns how many dossiers */
  passDossiers: (trx: Trx, ending: { province: string, day: string, units: readonly string[] }) => Promise<number>
  /**
   * Takes back what an event set passed on.
   * @param made units that are gone with it
   * @returns how many dossiers
   * @throws DomainError `change_in_use` if dossiers are or were at one of these
   */
  returnDossiers: (trx: Trx, passed: { province: string, change: number, made: readonly string[] }) => Promise<number>
}

/**
 * Changes units from a day on by an event set, all of it or nothing. What units were before stays.
 * @throws DomainError `invalid_rows`, `forbidden_rows`
 */
export async function postUnitChanges (
  write: Write, body: UnitChangeEnvelope, { dry_run: dryRun }: { dry_run: boolean },
  { passDossiers }: Pick<UnitChangeEffects, 'passDossiers'>
): Promise<UnitChangeAnswer> {
  const { trx } = write
  refuse(body.events.flatMap((event, i) => checkEvent(event, `/events/${i}`)))
  await lockUnits(trx)
  const { plan, named } = await checkedPlan(write, body)
  const { before, after } = statesOf(plan)
  const counts = { created: plan.created.size, ended: plan.ended.size, changed: plan.changed.size }
  // Of a dry run as well, so that it finds what only the database refuses.
  const events = body.events.map((event, i) => ({ event, units: [...named.get(i)!] }))
  const id = await storePlan(trx, plan, { ...body, events, write: await write.writeId() })
  const passed = await passDossiers(trx, { province: plan.province, day: plan.day, units: [...plan.ended.keys()] })
  auditSet(write, { id, ...body, province_code: plan.province }, 'created')
  auditUnits(write, plan.province, before.map(unit => endOf(unit, plan)), after, before)
  const tree = dryRun ? { before, after } : {}
  return { id: dryRun ? null : id, effective_on: plan.day, ...counts, dossiers_passed: passed, ...tree }
}

/** One event set after the other, none beside a batch of units or another order of levels. */
async function lockUnits (trx: Trx): Promise<void> {
  await allowSlowStatements(trx)
  await sql`lock table levels in share mode`.execute(trx)
  await sql`lock table units in share row exclusive mode`.execute(trx)
}

async function checkedPlan (
  { trx, by }: Write, { effective_on: day, events }: UnitChangeEnvelope
): Promise<{ plan: Plan, named: Names['named'] }> {
  const dayBefore = nameOfDay(parseDay(day) - 1)
  const { effects, issues: contradictions } = effectsOf(events)
  const names = await resolveNames(trx, effects, { day, dayBefore }, by)
  if (names.province === null) {
    refuse([...contradictions, { pointer: '/events', code: 'unknown_unit', detail: 'no event names a unit that exists' }])
  }
  const province = await provinceAround(trx, names.province!, day)
  const { plan, issues } = planOf(province, effects, names, { day, dayBefore })
  refuse([...contradictions, ...names.issues, ...issues])
  refuse(settle(province, plan, by))
  refuse([...await endedOtherwise(trx, plan), ...await parentsEnding(trx, plan)])
  refuse([...await namesTaken(trx, plan), ...await unknownProcedures(trx, plan), ...await figuresAfterEnd(trx, plan)])
  return { plan, named: names.named }
}

/** What is out of reach goes first and alone: what else is wrong would say something of it. */
function refuse (issues: readonly Issue[]): void {
  const forbidden = issues.filter(({ code }) => code === 'forbidden_unit')
  const listed = (forbidden.length > 0 ? forbidden : issues).slice(0, MAX_LISTED)
  if (listed.length === 0) return
  const detail = listed.slice(0, 3).map(({ detail }) => detail).join('; ')
  throw new DomainError(forbidden.length > 0 ? 'forbidden_rows' : 'invalid_rows', detail, listed)
}

const MAX_LISTED = 1_000

/** A unit that ends as it is then. */
function endOf (unit: UnitState, { ended, dayBefore }: Plan): UnitState {
  return ended.has(unit.id) ? { ...unit, valid_to: dayBefore } : unit
}

type AuditedSet = Pick<UnitChange, 'id' | 'effective_on'> & Pick<UnitChangeEnvelope, 'document'> & { province_code: string }

function auditSet (
  write: Write, { id, effective_on, document, province_code }: AuditedSet, outcome: 'created' | 'deleted'
): void {
  const { number: document_number, date: document_date, issuer: document_issuer } = document
  const row = { id, effective_on, document_number, document_date, document_issuer }
  const change = outcome === 'created' ? { outcome, before: null, after: row } : { outcome, before: row, after: null }
  write.auditRows.push(...auditRowsOf('unit-changes', [change], {
    key: ['id'], of: () => ({ province_code, unit: province_code })
  }))
}

/**
 * Units in the audit, before and after. A unit that is gone is listed for the one above it, as those who read the feed
 * by unit would miss it.
 */
function auditUnits (
  write: Write, province_code: string, ended: readonly UnitState[], after: readonly UnitState[],
  before: readonly UnitState[]
): void {
  const now = new Map([...ended, ...after].map(unit => [unit.id, unit]))
  const was = new Map(before.map(unit => [unit.id, unit]))
  const changes = [...now.values()].map(unit => ({
    outcome: was.has(unit.id) ? 'updated' as const : 'created' as const, before: was.get(unit.id) ?? null, after: unit
  }))
  const gone = before.filter(({ id }) => !now.has(id)).map(unit => ({ outcome: 'deleted' as const, before: unit, after: null }))
  write.auditRows.push(...auditRowsOf<UnitState>('units', [...changes, ...gone], {
    key: ['id', 'code'], of: ({ id, parent }) => ({ province_code, unit: now.has(id) ? id : parent! })
  }))
}

/**
 * Takes an event set back as a whole, while nothing later builds on it.
 * @throws DomainError `not_found`, `change_in_use`
 */
export async function withdrawUnitChange (
  write: Write, id: number, { returnDossiers }: Pick<UnitChangeEffects, 'returnDossiers'>
): Promise<UnitChangeAnswer> {
  const { trx, by } = write
  await lockUnits(trx)
  const { rows: [change] } = await sql<StoredChange>`select * from unit_changes where id = ${id}`.execute(trx)
  if (change === undefined) throw notFound('event set', String(id))
  const before = await statesNow(trx, change.units)
  if (!before.every(unit => governs(by.unit, unit))) throw notFound('event set', String(id))
  if (change.withdrawn_by !== null) {
    refuseUse([{ pointer: '/path/id', code: 'already_withdrawn', detail: `event set ${id} was withdrawn before` }])
  }
  const made = await unitsMadeBy(trx, change)
  refuseUse(await dependents(trx, change, made))
  await takeBack(trx, change, made, await write.writeId())
  refuseUse(await misfits(trx, change))
  const returned = await returnDossiers(trx, { province: change.province_code, change: id, made })
  const after = await statesNow(trx, change.units)
  auditSet(write, { ...change, document: documentOf(change) }, 'deleted')
  auditUnits(write, change.province_code, [], after, before)
  const ended = change.ends.length
  const counts = { created: made.length, ended, changed: after.length - ended, dossiers_passed: returned }
  return { id, effective_on: change.effective_on, ...counts }
}

function documentOf ({ document_number: number, document_date: date, document_issuer: issuer }: StoredChange) {
  return { number, date, issuer }
}

function refuseUse (issues: readonly Issue[]): void {
  if (issues.length === 0) return
  const detail = issues.slice(0, 3).map(({ detail }) => detail).join('; ')
  throw new DomainError('change_in_use', detail, issues.slice(0, MAX_LISTED))
}

async function statesNow (trx: Trx, ids: readonly string[]): Promise<UnitState[]> {
  const { rows } = await sql<UnitState>`
    select id, code, name, kind, level, parent, path, valid_from, valid_to from units where id = any(${ids}) order by id`.execute(trx)
  return rows
}
