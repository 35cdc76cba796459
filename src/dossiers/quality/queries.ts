import { sql, type RawBuilder } from 'kysely'
import { withNames } from '../../catalogue/names.ts'
import { isCovered } from '../../catalogue/units/reach-sql.ts'
import { subtreeFor, type Subtree } from '../../catalogue/units/resolve.ts'
import type { Reach } from '../../contract/caller.ts'
import { invalid } from '../../contract/errors.ts'
import type { Page, PageRequest } from '../../contract/paging.ts'
import type { Db } from '../../database/connect.ts'
import { columns } from '../../database/sql/bulk-json.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../database/sql/keyset.ts'
import { inSlowRead } from '../../database/time-limits.ts'
import { dayOf, nameOfDay } from '../../time/business-day.ts'
import { startOfDay } from '../../time/business-day-sql.ts'
import { dayAfter } from '../../time/calendar.ts'
import { DELETED, ENDED_AT } from '../rules/status.ts'
import { RULES } from './rules.ts'
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
  const { found, unit } = await findings(db, asked, reach, now)
  const query = sql<Pick<QualityCount, 'unit' | 'dossiers'> & { rule: QualityRuleCode }>`
    select unit, rule, count(*) as dossiers from (${found}) as found group by unit, rule`
  const { rows } = await inSlowRead(db, trx => pageQuery(query, BY_UNIT, page).execute(trx))
  const { items, next_cursor } = pageOf(rows, BY_UNIT, page.limit)
  const named = await withNames(db, items, ['unit'])
  return {
    items: named.map(({ unit, unit_name, rule, dossiers }) => ({
      unit, unit_name, rule, severity: RULES[rule].severity, dossiers,
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
  const { found } = await findings(db, asked, reach, now)
  const query = sql<Omit<QualityDossier, 'severity'> & { record: number }>`
    select ${columns([...SHOWN, 'record'])} from (${found}) as found`
  const { rows } = await inSlowRead(db, trx => pageQuery(query, BY_RULE, page).execute(trx))
  const { items, next_cursor } = pageOf(rows, BY_RULE, page.limit)
  return {
    items: items.map(({ record: _, rule, ...dossier }) => ({ rule, severity: RULES[rule].severity, ...dossier })),
    next_cursor
  }
}

const SHOWN = Object.keys(QualityDossier.properties).filter(name => name !== 'severity')

/** A query for the dossiers that break rules, once for each rule: `rule` and the columns of the dossier. */
async function findings (
  db: Db, { period: code, unit: name, rule: rules = [...QUALITY_RULES], scope }: QualityDossiersQuery, reach: Reach,
  now: number
): Promise<{ found: RawBuilder<unknown>, unit: Subtree | null }> {
  const period = code === undefined ? null : await periodAsked(db, code)
  const unit = await subtreeFor(db, name, reach, { day: period?.ends_on })
  const ofUnits = unit === null
    ? sql<boolean>`true`
    : scope === 'own'
      ? sql<boolean>`unit = ${unit.id}`
      // As an array it is known before rows are read, and an index finds them.
      : sql<boolean>`unit = any(array(select id from units where ${isCovered(unit)}))`
  const which = sql`status <> ${sql.lit(DELETED)} and ${ofUnits} and ${isIn(period)}`
  const tomorrow = startOfDay(dayAfter(nameOfDay(dayOf(now))))
  const together = [...Map.groupBy(rules, rule => RULES[rule].among)]
  const found = sql.join(together.map(([among, ofThese]) => brokenIn(
    among?.(ofUnits) ?? sql`dossiers`, ofThese.map(rule => ({ rule, isBroken: RULES[rule].isBroken(tomorrow) })), which
  )), sql` union all `)
  return { found, unit }
}

interface Condition {
  rule: QualityRuleCode
  isBroken: RawBuilder<boolean>
}

/** All rules are looked at in one pass. Nearly all dossiers break none, and are passed over first. */
function brokenIn (
  table: RawBuilder<unknown>, conditions: readonly Condition[], which: RawBuilder<unknown>
): RawBuilder<unknown> {
  const any = sql.join(conditions.map(({ isBroken }) => sql`(${isBroken})`), sql` or `)
  const each = sql.join(conditions.map(({ rule, isBroken }) => sql`(${rule}::text, ${isBroken})`))
  return sql`
    select broken.rule, dossiers.*
    from ${table} as dossiers cross join lateral (select ${ENDED_AT} as ended_at) as ends
      cross join lateral (values ${each}) as broken (rule, is_broken)
    where ${which} and (${any}) and is_broken`
}

interface Days {
  starts_on: string
  ends_on: string
}

function isIn (period: Days | null): RawBuilder<boolean> {
  if (period === null) return sql<boolean>`true`
  const { starts_on: from, ends_on: to } = period
  const within = (instant: string) => (
    sql`(${sql.ref(instant)} >= ${startOfDay(from)} and ${sql.ref(instant)} < ${startOfDay(to)} + interval '1 day')`)
  return sql<boolean>`(${sql.join(['received_at', 'ended_at', 'updated_at'].map(within), sql` or `)})`
}

async function periodAsked (db: Db, code: string): Promise<Days> {
  const period = await db.selectFrom('periods').select(['starts_on', 'ends_on']).where('code', '=', code).executeTakeFirst()
  if (period === undefined) throw invalid('/query/period', 'unknown_period', `there is no period ${code}`)
  return period
}
