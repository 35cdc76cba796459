import { REPORTED } from '../../../catalogue/hierarchy/hierarchy.ts'
import { sql } from 'kysely'
import type { Reach } from '../../../contract/caller.ts'
import { DomainError } from '../../../contract/errors.ts'
import type { Db } from '../../../database/connect.ts'
import { unitAsked } from '../../scores/queries.ts'
import { NO_PART } from '../../scores/points/parts.ts'
import { recordedFacts } from '../../scores/points/records/records.ts'
import { spansAsked, type Span } from '../../scores/points/spans.ts'
import { formsOn, isFor, unitsPlaced, type PlacedUnit } from '../forms/queries.ts'
import { partsOf } from '../forms/parts.ts'
import type { ParIndexForm } from '../forms/schema.ts'
import type { ParIndexScore, Stage } from '../scores/schema.ts'
import { scoresOf, type Facts, type Score } from './points.ts'

/** A unit with the form that applies to it. */
export interface Judged extends PlacedUnit {
  form: ParIndexForm
}

export interface ScoredUnit extends Judged {
  scores: Score[]
  /** The last of them. */
  total: Score
}

/** What a question is about. */
export interface Subject {
  span: Span
  forms: ParIndexForm[]
  /** The units that are asked for. */
  judged: Judged[]
  /** Id of the unit that is asked about; null: any. */
  unit: string | null
  /** Its province; null: any. */
  province: string | null
}

interface Asked {
  period: string
  form?: string | undefined
  unit?: string | undefined
  level?: readonly string[] | undefined
}

/**
 * The units that a question is about, with their forms.
 * @param now milliseconds since 1970
 * @throws DomainError `invalid_request` for unknown codes
 */
export async function subjectOf (
  db: Db, { period, form, unit, level }: Asked, reach: Reach, now: number
): Promise<Subject> {
  const spans = await spansAsked(db, { period: [period] }, now)
  const [span] = spans as [Span]
  const { id, province } = await unitAsked(db, unit, spans.at(-1)!.to, reach)
  const forms = await formsOn(db, span.to, form)
  const isAsked = sql`${id === null ? sql`true` : sql`${id} = any(versions.path)`}
    and ${reach === null ? sql`true` : sql`${reach} = any(units.reached_by)`}`
  const judged = judgedBy(forms, await unitsPlaced(db, span, isAsked))
    .filter(unit => level?.includes(unit.level) ?? true)
  return { span, forms, judged, unit: id, province }
}

/** Units with the first form that is for them; those for which there is none are left out. */
function judgedBy (forms: readonly ParIndexForm[], units: readonly PlacedUnit[]): Judged[] {
  return units.flatMap(unit => {
    const form = forms.find(form => isFor(form, unit))
    return form === undefined ? [] : [{ ...unit, form }]
  })
}

/** All units that have places among those that are asked for. */
export async function peersOf (db: Db, { span, forms, judged }: Subject): Promise<Judged[]> {
  const used = new Set(judged.map(({ form }) => form))
  const tops = [...used].map(({ within }) => within)
  const isPeer = tops.includes(null) ? sql`true` : sql`versions.path && ${tops}::text[]`
  return judgedBy(forms, await unitsPlaced(db, span, isPeer)).filter(({ form }) => used.has(form))
}

/** Of units × criteria. */
const MAX_SCORES = 200_000

/**
 * The scores of units: what is posted, and what dossier records say.
 * @param now milliseconds since 1970
 * @throws DomainError `too_many_rows`
 */
export async function scored (
  db: Db, span: Span, judged: readonly Judged[], now: number, most = MAX_SCORES
): Promise<ScoredUnit[]> {
  const scores = judged.reduce((sum, { form }) => sum + form.criteria.length + 1, 0)
  if (scores > most) {
    throw new DomainError('too_many_rows', `it would take ${scores} scores, and takes at most ${most}; ask for one province or one form`)
  }
  const posted = await postedOf(db, span, judged)
  const { recorded } = await countedOf(db, span, judged, now)
  const parts = new Map([...new Set(judged.map(({ form }) => form))].map(form => [form, partsOf(form.criteria)]))
  return judged.map(one => {
    const { form, unit } = one
    const facts: Facts = {
      posted: (criterion, stage) => posted(form.code, unit, criterion, stage),
      counted: name => recorded(asUnit(one), name, NO_PART)
    }
    const scores = scoresOf(form, facts, parts.get(form))
    return { ...one, scores, total: scores.at(-1)! }
  })
}

async function postedOf (db: Db, { period }: Span, judged: readonly Judged[]) {
  const { rows } = await sql<ParIndexScore>`
    select unit, period, form, criterion, stage, source, points, inputs, note from par_index_scores
    where province_code = any(${[...new Set(judged.map(({ province_code: province }) => province))]}) and period = ${period}
      and form = any(${[...new Set(judged.map(({ form }) => form.code))]})
      and unit = any(${judged.map(({ unit }) => unit)})`.execute(db)
  const found = new Map(rows.map(row => [`${row.form} ${row.unit} ${row.criterion} ${row.stage}`, row]))
  return (form: string, unit: string, criterion: string, stage: Stage) => found.get(`${form} ${unit} ${criterion} ${stage}`)
}

/** Counted once for what their units have in common: one unit, or one province. */
async function countedOf (db: Db, span: Span, judged: readonly Judged[], now: number) {
  const names = new Set(judged.flatMap(({ form: { criteria } }) => (
    criteria.map(({ counted }) => counted).filter(name => name !== null))))
  const provinces = [...new Set(judged.map(({ province_code: province }) => province))]
  const top = judged.length === 1 ? judged[0]!.unit : provinces.length === 1 ? provinces[0]! : null
  // A place is among all units, also where a key reaches one of them alone; the rows of the others are not shown.
  const asked = { unit: top, parts: [], hierarchy: REPORTED }
  return recordedFacts(db, [span], judged.map(asUnit), asked, [[...names]], now)
}

function asUnit ({ unit, province_code, level }: Judged) {
  return { span: 0, unit, province_code, level, stands_above: false }
}
