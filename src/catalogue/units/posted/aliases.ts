import { sql } from 'kysely'
import type { Trx } from '../../../database/connect.ts'
import type { Rule } from '../../../writes/ingest-batch.ts'
import { issueAt } from '../../../writes/row-issues.ts'
import type { PostedUnit, StoredUnit } from './tree.ts'

/** Rejects units with an alias of another unit, stored or in the batch. */
export async function aliasesTaken (trx: Trx, units: readonly PostedUnit[]): Promise<Rule<StoredUnit>> {
  const asked = [...new Set(units.flatMap(({ aliases }) => aliases))]
  const { rows } = await sql<{ alias: string, unit: string }>`
    select alias, unit from unnest(${asked}::text[]) as alias
    join unit_aliases on source = split_part(alias, ':', 1) and external_code = substr(alias, strpos(alias, ':') + 1)
  `.execute(trx)
  const owners = new Map(rows.map(({ alias, unit }) => [alias, unit]))
  return ({ sound }) => {
    const claims = Map.groupBy(
      sound.flatMap(({ row: { code, aliases } }) => aliases.map(alias => ({ alias, code }))), ({ alias }) => alias)
    const isFree = (alias: string, code: string) => {
      const owner = owners.get(alias)
      return claims.get(alias)!.length === 1 && (owner === undefined || owner === code)
    }
    return sound.map(({ index, row: { code, aliases } }) => ({
      index,
      issues: [...aliases.entries()].filter(([, alias]) => !isFree(alias, code))
        .map(([i, alias]) => issueAt(`aliases/${i}`, 'alias_taken', `${alias} is an alias of another unit`))
    }))
  }
}
