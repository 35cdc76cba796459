import { sql } from 'kysely'
import { unknownSources } from '../../../catalogue/sources/register.ts'
import { lifetimeIssues, reachIssues, severalProvinces, successorsAfter } from '../../../catalogue/units/batch-rules.ts'
import type { UnitsById } from '../../../catalogue/units/lineage/successions.ts'
import { resolveUnits, type ResolvedUnit } from '../../../catalogue/units/resolve.ts'
import { governs, type Caller } from '../../../contract/caller.ts'
import type { Issue } from '../../../contract/errors.ts'
import type { Trx } from '../../../database/connect.ts'
import { today } from '../../../time/business-day.ts'
import { duplicateKeys, type Prepared, type ResolvedChecks } from '../../../writes/ingest-batch.ts'
import { issueAt, unknownReference } from '../../../writes/row-issues.ts'
import { begunIssues, type Days } from '../../inputs/check.ts'
import { holdsOn, isFor, unitsPlaced, type PlacedUnit } from '../forms/queries.ts'
import type { ParIndexForm } from '../forms/schema.ts'
import { contentIssues, leafOf } from './content.ts'
import type { ParIndexScore, Stage } from './schema.ts'

export interface StoredScore extends ParIndexScore {
  province_code: string
  /** Who posted its points or inputs: what proves them may be posted again by another client. */
  client: string
}

/** An item of any stage. */
export interface Posted {
  unit: string
  period: string
  form: string
  criterion: string
  source: string | null
  points: number | null
  inputs: Record<string, number | string>
  note: string | null
}

interface Lookups {
  unitIn: (item: Posted) => ResolvedUnit | undefined
  periods: ReadonlyMap<string, Days>
  forms: ReadonlyMap<string, ParIndexForm>
  /** Units as they stand at the end of a period. */
  placed: (period: string, unit: string) => PlacedUnit | undefined
  /** What to say of each source that does not exist. */
  unknownSources: ReadonlyMap<string, string>
  /** Of units that had ended before the period. */
  successors: UnitsById
}

export function scoreKeyOf ({ period, form, unit, criterion, stage }: ParIndexScore): string {
  return [period, form, unit, criterion, stage].join(' ')
}

/** Looks up what the items name. @returns the checks of one item and of all beside one another */
export async function resolvedChecks<Item> (
  trx: Trx, items: readonly Item[], postedOf: (item: Item) => Posted, stage: Stage, by: Caller & { client: string },
  forms: ReadonlyMap<string, ParIndexForm>
): Promise<ResolvedChecks<Item, StoredScore>> {
  const posted = items.map(postedOf)
  const { rows: days } = await sql<Days>`
    select code, starts_on, ends_on from periods where code = any(${posted.map(({ period }) => period)})`.execute(trx)
  const periods = new Map(days.map(period => [period.code, period]))
  const named = ({ unit, source }: Posted) => ({ name: unit, source: source ?? by.source })
  const unitOf = await resolveUnits(trx, posted.map(named))
  const unitIn = (item: Posted) => unitOf(named(item), periods.get(item.period)?.ends_on ?? today())
  const lookups: Lookups = {
    unitIn, periods, forms,
    placed: await placedIn(trx, days, posted.map(unitIn)),
    unknownSources: await unknownSources(trx, posted.map(({ source }) => source).filter(source => source !== null)),
    successors: await successorsAfter(trx, posted.map(item => [unitIn(item), periods.get(item.period)]))
  }
  return {
    prepare: item => prepared(postedOf(item), lookups, stage, by),
    rules: [duplicateKeys('unit, period, form and criterion', scoreKeyOf), severalProvinces]
  }
}

async function placedIn (
  trx: Trx, periods: readonly Days[], units: readonly (ResolvedUnit | undefined)[]
): Promise<Lookups['placed']> {
  const ids = [...new Set(units.map(unit => unit?.id))]
  const found = new Map<string, PlacedUnit>()
  for (const { code, starts_on: from, ends_on: to } of periods) {
    const placed = await unitsPlaced(trx, { from, to }, sql`units.id = any(${ids})`)
    for (const unit of placed) found.set(`${code} ${unit.unit}`, unit)
  }
  return (period, unit) => found.get(`${period} ${unit}`)
}

function prepared (
  item: Posted, lookups: Lookups, stage: Stage, by: Caller & { client: string }
): Prepared<StoredScore> {
  const unit = lookups.unitIn(item)
  const period = lookups.periods.get(item.period)
  const form = lookups.forms.get(item.form)
  const noSource = item.source === null ? undefined : lookups.unknownSources.get(item.source)
  const issues: Issue[] = [
    ...noSource === undefined ? [] : [issueAt('source', 'unknown_source', noSource)],
    ...period === undefined ? [unknownReference('period', item.period)] : [],
    ...unit === undefined ? [unknownReference('unit', item.unit)] : writerIssues(unit, stage, by),
    ...form === undefined
      ? [issueAt('form', 'unknown_form', `there is no form ${item.form}`)]
      : criterionIssues(form, item, stage)
  ]
  if (unit === undefined || period === undefined || form === undefined) return { row: null, issues }
  const placed = lookups.placed(period.code, unit.id)
  issues.push(
    ...placed === undefined ? lifetimeIssues(unit, period, lookups.successors) : formIssues(form, placed, period),
    ...begunIssues(period)
  )
  return {
    row: {
      province_code: unit.province_code, unit: unit.id, period: period.code, form: form.code,
      criterion: item.criterion, stage, source: item.source, points: item.points, inputs: item.inputs,
      note: item.note?.normalize('NFC') ?? null, client: by.client
    },
    issues
  }
}

/** Who appraises a unit stands above it. */
function writerIssues (unit: ResolvedUnit, stage: Stage, by: Caller): Issue[] {
  if (stage !== 'appraised') return reachIssues(unit, by)
  if (governs(by.unit, unit) && by.unit !== unit.id) return []
  return [issueAt('unit', 'forbidden_unit', `unit ${unit.id} is appraised from above, and this key is for ${by.unit}`)]
}

function criterionIssues (form: ParIndexForm, item: Posted, stage: Stage): Issue[] {
  const leaf = leafOf(form, item.criterion)
  if (leaf !== undefined) return contentIssues(leaf, item, stage)
  return [issueAt('criterion', 'unknown_criterion', `the form ${form.code} has no criterion ${item.criterion} without parts`)]
}

function formIssues (form: ParIndexForm, unit: PlacedUnit, { code, ends_on: last }: Days): Issue[] {
  if (!holdsOn(form, last)) return [issueAt('form', 'not_allowed', `the form ${form.code} does not hold on ${last}, the last day of ${code}`)]
  return isFor(form, unit) ? [] : [issueAt('form', 'not_allowed', `the form ${form.code} is not for the unit ${unit.unit}`)]
}
