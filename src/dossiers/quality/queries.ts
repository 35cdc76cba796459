import { sql, type RawBuilder } from 'kysely'
import { withNames } from '../../catalogue/names.ts'
import { isCovered, isOfSubtree } from '../../catalogue/units/reach-sql.ts'
import { subtreeFor, type Subtree } from '../../catalogue/units/resolve.ts'
import type { Reach } from '../../contract/caller.ts'
import { invalid } from '../../contract/errors.ts'
import type { Page, PageRequest } from '../../contract/paging.ts'
import type { Db } from '../../database/connect.ts'
import { columns } from '../../database/sql/bulk-json.ts'
import { areOfOneOrder, pageOf, pageQuery, type OrderColumn } from '../../database/sql/keyset.ts'
import { inSlowRead } from '../../database/time-limits.ts'
import { dayOf, nameOfDay } from '../../time/business-day.ts'
import { startOfDay } from '../../time/business-day-sql.ts'
import { dayAfter } from '../../time/calendar.ts'
import type { DetailsRead } from '../details/details.ts'
import { receptionShown } from '../queries.ts'
import { DELETED } from '../rules/status.ts'
import { COUNTS_START, countsByCalendar, dossiersByCalendar, LIST_START, type Looked } from './by-calendar.ts'
import { brokenIn, columnsNeeded, isIn, type Days } from './broken-sql.ts'
import { BY_CALENDAR, RULES } from './rules.ts'
import {
  QUALITY_RULES, QualityDossier, type QualityCount, type QualityDossiersQuery, type QualityQuery, type QualityRule,
  type QualityRuleCode
} from './schema.ts'

const text = (name: string): OrderColumn => ({ name, kind: 'text', required: true })
const BY_UNIT = [text('unit'), text('rule')]
const BY_RULE: OrderColumn[] = [
  text('rule'), text('unit'), text('code'), { name: 'record', kind: 'number', required: true }
]

export function qualityRules (): QualityRule[] {
  return QUALITY_RULES.map(rule => {
    const { severity, vietnamese, english } = RULES[rule]
    return { rule, severity, vietnamese, english }
  })
}

/**
 * How many dossiers of each unit break each rule, by unit.
 * @param now milliseconds since 1970
 * @param dossiersUrl where the dossiers of a count are
 * @throws DomainError `unknown_unit`, `unknown_period`
 */
export async function qualityCounts (
  db: Db, asked: QualityQuery, page: PageRequest, reach: Reach, now: number, dossiersUrl: string
): Promise<Page<QualityCount> & { province: string | null }> {
  const { found, looked, unit } = await findings(db, asked, reach, now, ['unit'])
  const { items, next_cursor } = await inTwoParts<Counted>(page, COUNTS_START, found && (async first => {
    const query = sql<Counted>`
      with found as materialized (${found})
      select unit, rule, count(*) as dossiers, 0 as not_checkable from found group by unit, rule`
    const { rows } = await inSlowRead(db, trx => pageQuery(query, BY_UNIT, first).execute(trx))
    return pageOf(rows, BY_UNIT, first.limit)
  }), looked && (async second => {
    const { items, next_cursor } = await countsByCalendar(db, looked, second)
    return { items: items.map(row => ({ ...row, rule: BY_CALENDAR })), next_cursor }
  }))
  const named = await withNames(db, items, ['unit'])
  return {
    items: named.map(({ unit, unit_name, rule, dossiers, not_checkable }) => ({
      unit, unit_name, rule, severity: RULES[rule].severity, dossiers, not_checkable,
      dossiers_url: `${dossiersUrl}?${new URLSearchParams({
        rule, unit, scope: 'own', ...(asked.period === undefined ? {} : { period: asked.period })
      })}`
    })),
    next_cursor,
    province: unit?.province_code ?? null
  }
}

/** The dossiers that break rules, by rule and unit. @throws DomainError as `qualityCounts` does */
export async function qualityDossiers (
  db: Db, asked: QualityDossiersQuery, page: PageRequest, reach: Reach, now: number
): Promise<Page<QualityDossier>> {
  if (asked.scope === 'own' && asked.unit === undefined) {
    throw invalid('/query/unit', 'missing', 'scope=own is about one unit: name it')
  }
  const { found, looked } = await findings(db, asked, reach, now, [...OF_DOSSIER, 'record', 'details'])
  const { items, next_cursor } = await inTwoParts<Found>(page, LIST_START, found && (async first => {
    const query = sql<Found & { details: DetailsRead | null }>`
      with found as materialized (${found})
      select ${columns([...SHOWN, 'record', 'details'])} from found`
    const { rows } = await inSlowRead(db, trx => pageQuery(query, BY_RULE, first).execute(trx))
    const { items, next_cursor } = pageOf(rows, BY_RULE, first.limit)
    return {
      items: items.map(({ details, ...row }) => ({ ...row, received_at: receptionShown(row, details) })), next_cursor
    }
  }), looked && (async second => {
    const { items, next_cursor } = await dossiersByCalendar(db, looked, OF_DOSSIER, second)
    return { items: items.map(row => ({ ...shown(row), rule: BY_CALENDAR })), next_cursor }
  }))
  return {
    items: items.map(({ record: _, rule, ...dossier }) => ({ rule, severity: RULES[rule].severity, ...dossier })),
    next_cursor
  }
}

const SHOWN = Object.keys(QualityDossier.properties).filter(name => name !== 'severity')
const OF_DOSSIER = SHOWN.filter(name => name !== 'rule')

type Counted = Pick<QualityCount, 'unit' | 'dossiers' | 'not_checkable'> & { rule: QualityRuleCode }
type Found = Omit<QualityDossier, 'severity'> & { record: number }

function shown (row: object): Omit<Found, 'rule'> {
  const columns = row as Record<string, unknown>
  return Object.fromEntries([...OF_DOSSIER, 'record'].map(name => [name, columns[name]])) as Omit<Found, 'rule'>
}

type Part<Row> = (page: PageRequest) => Promise<Page<Row>>

/**
 * Rows of queries, then those of the check of due dates, whose cursors have an order of their own.
 * @param start the cursor at which the latter begin
 */
async function inTwoParts<Row> (
  page: PageRequest, start: string, inQueries: Part<Row> | null, byCalendar: Part<Row> | null
): Promise<Page<Row>> {
  const { cursor, limit } = page
  const goesOn = byCalendar !== null && cursor !== undefined && areOfOneOrder(cursor, start)
  if (inQueries === null || goesOn) return byCalendar!(page)
  const first = await inQueries(page)
  if (first.next_cursor !== null || byCalendar === null) return first
  // A full page leaves no room for what follows.
  if (first.items.length === limit) return { items: first.items, next_cursor: start }
  const second = await byCalendar({ limit: limit - first.items.length })
  return { items: [...first.items, ...second.items], next_cursor: second.next_cursor }
}

interface Findings {
  /**
   * A query for the dossiers that break rules, once for each rule: `rule` and the columns asked for. It is to be
   * materialized: for a page in order a planner would look each dossier up by an index. null: no rule is asked for that
   * a query can tell.
   */
  found: RawBuilder<unknown> | null
  /** What the check of due dates looks at; null: that rule is not asked for. */
  looked: Looked | null
  unit: Subtree | null
}

async function findings (
  db: Db, { period: code, unit: name, rule: rules = [...QUALITY_RULES], scope }: QualityDossiersQuery, reach: Reach,
  now: number, names: readonly string[]
): Promise<Findings> {
  const period = code === undefined ? null : await periodAsked(db, code)
  const unit = await subtreeFor(db, name, reach, { day: period?.ends_on })
  const ofUnits = unit === null
    ? sql<boolean>`true`
    : scope === 'own' ? sql<boolean>`unit = ${unit.id}` : isOfSubtree(unit)
  const ofThem = unit === null ? sql`true` : scope === 'own' ? sql`id = ${unit.id}` : isCovered(unit)
  const which = sql`status <> ${sql.lit(DELETED)} and ${ofUnits} and ${isIn(period)}`
  const tomorrow = startOfDay(dayAfter(nameOfDay(dayOf(now))))
  const inQueries = rules.filter(rule => rule !== BY_CALENDAR)
  const together = [...Map.groupBy(inQueries, rule => RULES[rule].among)]
  const found = sql.join(together.map(([among, ofThese]) => brokenIn(
    among?.(ofThem, columnsNeeded(names)) ?? sql`dossiers`, ofThese, tomorrow, which, names
  )), sql` union all `)
  return {
    found: inQueries.length === 0 ? null : found,
    looked: rules.includes(BY_CALENDAR) ? { units: ofThem, which: isIn(period) } : null,
    unit
  }
}

async function periodAsked (db: Db, code: string): Promise<Days> {
  const period = await db.selectFrom('periods').select(['starts_on', 'ends_on']).where('code', '=', code).executeTakeFirst()
  if (period === undefined) throw invalid('/query/period', 'unknown_period', `there is no period ${code}`)
  return period
}
