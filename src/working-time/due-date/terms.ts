import { sql } from 'kysely'
import type { Db } from '../../database/connect.ts'
import { startOf, parseDay } from '../../time/business-day.ts'

interface VersionTerm {
  procedure: string
  valid_from: string
  days: number | null
}

/**
 * The terms of procedures by law, in working days. null: unknown, or there is none; undefined: there is no such
 * procedure. What was received before the first version of a procedure has the term of that.
 * @param codes of the procedures; left out: of all
 * @returns looks a term up by the code of its procedure, and by the instant of reception
 */
export async function statutoryTerms (
  db: Db, codes?: readonly string[]
): Promise<(procedure: string, received: number) => number | null | undefined> {
  const { rows } = codes?.length === 0 ? { rows: [] } : await sql<VersionTerm>`
    select procedure, valid_from, statutory_working_days as days from procedure_versions
    where ${codes === undefined ? sql`true` : sql`procedure = any(${codes})`}
    order by procedure, valid_from desc`.execute(db)
  const versions = Map.groupBy(rows.map(({ procedure, valid_from, days }) => (
    { procedure, since: startOf(parseDay(valid_from)), days })), ({ procedure }) => procedure)
  return (procedure, received) => {
    const newestFirst = versions.get(procedure)
    return (newestFirst?.find(({ since }) => since <= received) ?? newestFirst?.at(-1))?.days
  }
}
