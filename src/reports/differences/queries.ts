import { exactly } from '../../catalogue/units/resolve.ts'
import type { Reach } from '../../contract/caller.ts'
import { DomainError } from '../../contract/errors.ts'
import type { Db } from '../../database/connect.ts'
import { canonicalJson } from '../../text/canonical-json.ts'
import { differenceOf as differenceOfNumbers } from '../derivations/derive.ts'
import { filledReport } from '../filled-report/queries.ts'
import type { FilledReport, ReportPath, ReportRow } from '../filled-report/schema.ts'
import { reportNamed } from '../revisions/named.ts'
import { lastPublication, publishedReport } from '../revisions/queries.ts'
import type { Publication } from '../revisions/schema.ts'
import type { ReportKey } from '../stages/stage.ts'
import type { DiffQuery, ReportDiff, ReportDifference } from './schema.ts'

/**
 * How two states of a report differ: what was published against what it is now, unless others are asked for.
 * @param now milliseconds since 1970
 * @throws DomainError `not_found` for unit, period and revision; `invalid_request` for the form
 */
export async function reportDiff (
  db: Db, path: ReportPath, { from, to = CURRENT, form }: DiffQuery, reach: Reach, now: number
): Promise<ReportDiff> {
  const { key } = await reportNamed(db, path, form, reach)
  const before = await stateNamed(db, key, from ?? await lastRevision(db, key), reach, now)
  const after = await stateNamed(db, key, to, reach, now)
  return {
    unit: key.unit, period: key.period, form: key.form, from: before.side, to: after.side,
    items: differences(before.rows, after.rows)
  }
}

const CURRENT = 'current'

async function lastRevision (db: Db, key: ReportKey): Promise<string> {
  const { publication } = await lastPublication(db, key, undefined)
  if (publication !== null) return String(publication.revision)
  throw new DomainError('not_found', `nothing is published of the report of ${key.unit} for ${key.period} by ${key.form}`)
}

interface State {
  side: ReportDiff['from']
  rows: ReportRow[]
}

async function stateNamed (db: Db, key: ReportKey, name: string, reach: Reach, now: number): Promise<State> {
  if (name === CURRENT) {
    const { unit, period, form } = key
    const { rows } = await filledReport(db, { unit: exactly(unit), period }, { form }, reach, now)
    return { side: { revision: null, sha256: null, published_at: null }, rows }
  }
  const { content, publication } = await publishedReport(db, key, Number(name))
  return { side: sideOf(publication), rows: (content as FilledReport).rows }
}

function sideOf ({ revision, sha256, published_at }: Publication): ReportDiff['from'] {
  return { revision, sha256, published_at }
}

/** Rows that differ, in the order of the later form; those that it has not come last. */
export function differences (before: readonly ReportRow[], after: readonly ReportRow[]): ReportDifference[] {
  const was = new Map(before.map(row => [row.code, row]))
  const is = new Map(after.map(row => [row.code, row]))
  const codes = new Set([...is.keys(), ...was.keys()])
  return [...codes].flatMap(code => {
    const [from, to] = [was.get(code), is.get(code)]
    const differing = differingProperties(from, to)
    return differing.length === 0 ? [] : [differenceOf(from, to, differing)]
  })
}

function differingProperties (from: ReportRow | undefined, to: ReportRow | undefined): string[] {
  const [was, is] = [(from ?? {}) as Record<string, unknown>, (to ?? {}) as Record<string, unknown>]
  const names = new Set([...Object.keys(is), ...Object.keys(was)])
  return [...names].filter(name => canonicalJson(was[name] ?? null) !== canonicalJson(is[name] ?? null))
}

function differenceOf (
  from: ReportRow | undefined, to: ReportRow | undefined, differing: readonly string[]
): ReportDifference {
  const { code, name, value_type } = (to ?? from)!
  return {
    code, name, value_type, differing: differing.join(' '),
    from_state: from?.state ?? null, from_printed: from?.printed ?? null, from_number: from?.number ?? null,
    from_note: from?.note ?? null, from_source: from?.source ?? null,
    from_computed_number: from?.computed_number ?? null,
    to_state: to?.state ?? null, to_printed: to?.printed ?? null, to_number: to?.number ?? null,
    to_note: to?.note ?? null, to_source: to?.source ?? null, to_computed_number: to?.computed_number ?? null,
    number_change: differenceOfNumbers(numberThatCounts(to), numberThatCounts(from))
  }
}

/** What is reported, otherwise what is derived. */
function numberThatCounts (row: ReportRow | undefined): number | null {
  if (row === undefined) return null
  return row.source === 'computed' || row.source === 'aggregated' ? row.computed_number : row.number
}
