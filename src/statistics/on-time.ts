import { sql, type RawBuilder } from 'kysely'
import type { Db } from '../database/connect.ts'
import { pageOf, pageQuery, type OrderColumn, type Page, type PageRequest } from '../http/paging.ts'
import { CLOSING, MEASURES, OPENING, type Measure } from './measures.ts'
import { planOf, type OnTimePlan } from './plan.ts'
import { GROUP_KEYS, OnTimeRow, type GroupKey, type OnTimeQuery } from './schema.ts'

/**
 * On-time percentages: counts are summed, then divided once. What may not be added is not:
 * - of several sources for one unit, period and scope only the one of higher precedence counts, then the later;
 * - a group is the sum of own rows where it has any, else the total of the one unit that it stands for;
 * - the opening stock of several periods is that of the first, the closing stock that of the last.
 *
 * @throws Refusal `invalid_request` for unknown codes, and for periods that overlap or leave a gap
 */
export async function onTime (db: Db, question: OnTimeQuery, page: PageRequest): Promise<Page<OnTimeRow>> {
  const plan = await planOf(db, question)
  const order = orderOf(question, plan.keys)
  const { rows } = await pageQuery(onTimeQuery(plan), order, page).execute(db)
  return pageOf(rows, order, page.limit)
}

function orderOf ({ sort = [] }: OnTimeQuery, keys: readonly GroupKey[]): OrderColumn[] {
  const names = [...sort, ...keys.filter(key => !sort.includes(key) && !sort.includes(`-${key}`))]
  return names.map(name => {
    const column = name.replace('-', '')
    const { type } = OnTimeRow.properties[column as keyof OnTimeRow] as { type?: string | string[] }
    const kind = [type].flat().some(one => one === 'integer' || one === 'number') ? 'number' : 'text'
    return { name: column, kind, descending: name.startsWith('-') }
  })
}

/** One statement, so that figures and coverage are of one moment. */
function onTimeQuery (plan: OnTimePlan): RawBuilder<OnTimeRow> {
  const ofUnits = plan.keys.filter(key => key === 'level' || key === 'unit' || key === 'period')
  const columns = [
    ...GROUP_KEYS.map(key => plan.keys.includes(key) ? sql`${sql.ref(`picked.${key}`)}` : sql`null::text as ${sql.ref(key)}`),
    sql`picked.scope`,
    ...MEASURES.map(measure => sql`case when ${unknown('picked', measure)} = 0 then ${sql.ref(`picked.${measure}`)} end as ${sql.ref(measure)}`),
    ...MEASURES.map(measure => sql`coalesce(${unknown('picked', measure)}, 0) as ${sql.ref(`${measure}_unknown`)}`),
    sql`case picked.scope when 'total' then 1 else coalesce(picked.units_reported, 0) end as units_reported`,
    sql`case picked.scope when 'total' then 1 else coalesce(expected.units_expected, 0) end as units_expected`
  ]
  const { numerator, denominator } = METHOD_PARTS[plan.method]
  return sql<OnTimeRow>`
    with counted as (${countedSets(plan)}),
    grouped as (${grouped(plan)}),
    picked as (select ${plan.keys.length === 0 ? sql`` : sql`distinct on (${refs(plan.keys)})`} * from grouped
      order by ${refs([...plan.keys, 'scope'])} ${plan.keys.length === 0 ? sql`limit 1` : sql``}),
    expected as (${expectedUnits(plan, ofUnits)}),
    summed as (
      select ${sql.join(columns)}
      from ${plan.keys.length === 0 ? sql`expected left join picked on true` : sql`picked left join expected on ${joined(ofUnits)}`}
    ),
    divided as (select *, ${numerator} as numerator, ${denominator} as denominator from summed)
    select ${refs([...GROUP_KEYS, 'scope', ...MEASURES, ...MEASURES.map(measure => `${measure}_unknown`)])},
      numerator, denominator, ${PERCENT} as on_time_percent, ${plan.method}::text as method, units_reported, units_expected
    from divided`
}

/** Form II.06a's columns: 8 + 9 over 7; QĐ 766/QĐ-TTg's 8 + 9 + 12 over 3; 8 + 9 over 3. */
const METHOD_PARTS = {
  resolved: { numerator: sql`resolved_in_time`, denominator: sql`resolved` },
  handled: { numerator: sql`resolved_in_time + pending_in_time`, denominator: sql`received` },
  received: { numerator: sql`resolved_in_time`, denominator: sql`received` }
}

// Half up in whole numbers: a quotient that is cut off before it is rounded can fall on the wrong side.
const PERCENT = sql`case when denominator > 0 and numerator is not null
  then div(20000::numeric * numerator + denominator, 2::numeric * denominator) / 100 end`

/** Of each unit, period and scope the set that counts. */
function countedSets (plan: OnTimePlan): RawBuilder<unknown> {
  const totals = plan.totals === 'any' ? sql`true` : plan.totals === null ? sql`false` : sql`sets.unit = ${plan.totals}`
  return sql`
    select distinct on (sets.period, sets.unit, sets.scope) sets.*, units.level
    from statistics_sets as sets
    join units on units.code = sets.unit
    join sources on sources.code = sets.source
    where sets.province_code = any(${plan.provinces}) and sets.period = any(${plan.periods.map(({ code }) => code)})
      and (sets.scope = 'own' or ${totals}) and ${unitFilter(plan)}
      and ${plan.source === undefined ? sql`true` : sql`sets.source = ${plan.source}`}
    order by sets.period, sets.unit, sets.scope, sources.precedence desc, sets.changed_at desc, sets.source`
}

function unitFilter ({ unit, level }: OnTimePlan): RawBuilder<unknown> {
  return sql`${unit === null ? sql`true` : sql`${unit} = any(units.path)`}
    and ${level === undefined ? sql`true` : sql`units.level = any(${level})`}`
}

/** Sums by group and scope, from the smallest table that knows the answer exactly. */
function grouped (plan: OnTimePlan): RawBuilder<unknown> {
  const span = plan.periods.length > 1 && !plan.keys.includes('period') ? plan : null
  const fromRows = span !== null || plan.byField
  const sums = MEASURES.flatMap(measure => fromRows ? sumOfRows(measure, span) : sumOfSets(measure))
  const keys = plan.keys.map(key => sql`${sql.ref(`counted.${key}`)} as ${sql.ref(key)}`)
  const from = fromRows
    ? sql`(select counted.level, dossier_statistics.* from counted
        join dossier_statistics using (province_code, period, unit, scope, source)
        where ${fieldFilter(plan)}) as counted`
    : sql`counted`
  const reported = span === null ? sql`count(distinct counted.unit)` : sql`count(distinct counted.unit) filter (where counted.unit in (${reportedAlways(plan, from)}))`
  return sql`
    select ${sql.join([...keys, sql`counted.scope as scope`, ...sums, sql`${reported} as units_reported`])}
    from ${from}
    group by ${refs([...plan.keys, 'scope'].map(key => `counted.${key}`))}`
}

function fieldFilter ({ keys, field }: OnTimePlan): RawBuilder<unknown> {
  return sql`${field === undefined ? sql`true` : sql`dossier_statistics.field = any(${field})`}
    and ${keys.includes('field') ? sql`dossier_statistics.field is not null` : sql`true`}
    and ${keys.includes('procedure') ? sql`dossier_statistics.procedure is not null` : sql`true`}`
}

function sumOfSets (measure: Measure): RawBuilder<unknown>[] {
  return [
    sql`sum(counted.${sql.ref(measure)}) as ${sql.ref(measure)}`,
    sql`sum(${unknown('counted', measure)}) as ${sql.ref(`${measure}_unknown`)}`
  ]
}

function sumOfRows (measure: Measure, span: OnTimePlan | null): RawBuilder<unknown>[] {
  const value = valueInSpan(measure, span)
  const counts = span !== null && OPENING.includes(measure)
    ? sql`counted.period = ${span.periods[0]!.code}`
    : span !== null && CLOSING.includes(measure) ? sql`counted.period = ${span.periods.at(-1)!.code}` : sql`true`
  return [
    sql`sum(${value}) filter (where ${counts}) as ${sql.ref(measure)}`,
    sql`count(*) filter (where ${counts} and ${value} is null) as ${sql.ref(`${measure}_unknown`)}`
  ]
}

/** `received` holds the opening stock: of a later period only what came in is new. */
function valueInSpan (measure: Measure, span: OnTimePlan | null): RawBuilder<unknown> {
  return measure === 'received' && span !== null
    ? sql`(counted.received - case when counted.period = ${span.periods[0]!.code} then 0 else counted.carried_over end)`
    : sql`${sql.ref(`counted.${measure}`)}`
}

/** Units with rows in every one of the periods that they exist in. */
function reportedAlways (plan: OnTimePlan, from: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select counted.unit from ${from} join units on units.code = counted.unit
    where counted.scope = 'own'
    group by units.code, counted.unit
    having count(distinct counted.period) >= (
      select count(*) from periods where periods.code = any(${plan.periods.map(({ code }) => code)}) and ${VALID_IN_PERIOD})`
}

const VALID_IN_PERIOD = sql`units.valid_from <= periods.ends_on and coalesce(units.valid_to, 'infinity') >= periods.starts_on`

function expectedUnits (plan: OnTimePlan, keys: readonly string[]): RawBuilder<unknown> {
  const names: Record<string, string> = { level: 'units.level', unit: 'units.code', period: 'periods.code' }
  const selected = keys.map(key => sql`${sql.ref(names[key]!)} as ${sql.ref(key)}`)
  return sql`
    select ${sql.join([...selected, sql`count(distinct units.code) as units_expected`])}
    from units join periods on periods.code = any(${plan.periods.map(({ code }) => code)}) and ${VALID_IN_PERIOD}
    where units.reports_dossiers and units.province_code = any(${plan.provinces}) and ${unitFilter(plan)}
    ${keys.length === 0 ? sql`` : sql`group by ${refs(keys.map(key => names[key]!))}`}`
}

function joined (keys: readonly string[]): RawBuilder<unknown> {
  if (keys.length === 0) return sql`true`
  return sql.join(keys.map(key => sql`${sql.ref(`expected.${key}`)} = ${sql.ref(`picked.${key}`)}`), sql` and `)
}

function unknown (table: string, measure: Measure): RawBuilder<unknown> {
  return sql`${sql.ref(`${table}.${measure}_unknown`)}`
}

function refs (names: readonly string[]): RawBuilder<unknown> {
  return sql.join(names.map(name => sql.ref(name)))
}

