import { sql, type RawBuilder } from 'kysely'
import { DOSSIERS } from './dossiers.ts'
import { FEEDBACK } from './feedback.ts'
import type { StatisticsKind } from './kind.ts'

export { DOSSIERS, FEEDBACK }

export const KINDS: readonly StatisticsKind[] = [DOSSIERS, FEEDBACK]

/** What follows from a kind alone, made once for each: a statement must not take longer to build than to run. */
export function ofEachKind<T> (make: (kind: StatisticsKind) => T): (kind: StatisticsKind) => T {
  const made = new Map(KINDS.map(kind => [kind, make(kind)]))
  return kind => made.get(kind)!
}

/** The names of the tables, for statements. */
export const tablesOf = ofEachKind(({ tables }) => (
  Object.fromEntries(Object.entries(tables).map(([name, table]) => [name, sql.raw(table)])) as
    Record<keyof StatisticsKind['tables'], RawBuilder<unknown>>))
