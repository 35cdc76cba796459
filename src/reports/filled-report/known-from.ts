import { sql, type RawBuilder } from 'kysely'
import type { Reach } from '../../contract/caller.ts'
import type { Db } from '../../database/connect.ts'
import { instantOf } from '../../time/rfc3339.ts'
import { reportNamed } from '../revisions/named.ts'
import type { ReportKey } from '../stages/stage.ts'
import type { ReportPath, ReportQuery, ReportRow } from './schema.ts'

/**
 * Since when the newest value of a report is known, in UTC to the microsecond, so that instants compare as texts. Read
 * it before the values: what is written meanwhile is then newer. Before any instant where there is no value.
 * @throws DomainError `not_found` for unit and period, `invalid_request` for the form
 */
export async function newestKnownFrom (
  db: Db, path: ReportPath, { form, as_known_at: asKnownAt }: Pick<ReportQuery, 'form' | 'as_known_at'>, reach: Reach
): Promise<string> {
  const { key } = await reportNamed(db, path, form, reach)
  const until = asKnownAt === undefined ? 'infinity' : new Date(instantOf(asKnownAt)).toISOString()
  const { rows: [row] } = await sql<{ known_from: string }>`
    select coalesce(${asText(sql`max(known_from)`)}, '-infinity') as known_from from indicator_value_versions
    where ${isOf(key)} and known_from <= ${until}::timestamptz`.execute(db)
  return row!.known_from
}

/** What was known of a value: as it is printed, and its note. */
export type KnownValue = Pick<ReportRow, 'printed' | 'note'>

/**
 * The indicators of a report whose values were written after an instant, with what was known of them then.
 * @param knownFrom as `newestKnownFrom` gives it; anything else, such as an empty text, is compared as a text as well
 */
export async function changedSince (
  db: Db, key: ReportKey, knownFrom: string
): Promise<ReadonlyMap<string, KnownValue>> {
  const { rows } = await sql<KnownValue & { indicator: string, known_from: string, known_until: string | null }>`
    select indicator, ${asText(sql`known_from`)} as known_from, ${asText(sql`known_until`)} as known_until, printed, note
    from indicator_value_versions where ${isOf(key)}`.execute(db)
  const isKnown = (until: string | null) => until === null || until > knownFrom
  const before = new Map(rows.filter(({ known_from, known_until }) => known_from <= knownFrom && isKnown(known_until))
    .map(({ indicator, printed, note }) => [indicator, { printed, note }]))
  const changed = rows.filter(({ known_from, known_until }) => known_from > knownFrom && known_until === null)
  return new Map(changed.map(({ indicator }) => [indicator, before.get(indicator) ?? NOTHING_KNOWN]))
}

const NOTHING_KNOWN: KnownValue = { printed: '', note: null }

function asText (instant: RawBuilder<unknown>): RawBuilder<string> {
  return sql`to_char(${instant} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
}

function isOf ({ province_code, unit, period, form }: ReportKey): RawBuilder<boolean> {
  return sql`province_code = ${province_code} and unit = ${unit} and period = ${period} and form = ${form}`
}
