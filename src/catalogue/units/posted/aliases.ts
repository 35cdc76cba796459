import type { Trx } from '../../../database/connect.ts'
import type { Rule } from '../../../writes/ingest-batch.ts'
import { issueAt } from '../../../writes/row-issues.ts'
import { aliasClaims, claimOf, type Claim } from '../naming/claims.ts'
import { overlaps } from './identify.ts'
import type { PostedUnit, StoredUnit } from './tree.ts'

/** Rejects units with an alias that another unit has on some of the same days, stored or in the batch. */
export async function aliasesTaken (trx: Trx, units: readonly PostedUnit[]): Promise<Rule<StoredUnit>> {
  const stored = await aliasClaims(trx, units.flatMap(({ aliases }) => aliases))
  return ({ sound }) => {
    const claimed = sound.flatMap(({ row: { id: unit, aliases, valid_from, valid_to } }) => (
      aliases.map((alias): Claim & { alias: string } => ({ alias, unit, valid_from, valid_to }))))
    const posted = Map.groupBy(claimed, ({ alias }) => claimOf(alias))
    const isFree = (alias: string, unit: StoredUnit) => (
      ![stored, posted].some(claims => (
        claims.get(claimOf(alias))!.some(claim => claim.unit !== unit.id && overlaps(claim, unit)))))
    return sound.map(({ index, row }) => ({
      index,
      issues: [...row.aliases.entries()].filter(([, alias]) => !isFree(alias, row))
        .map(([i, alias]) => issueAt(`aliases/${i}`, 'alias_taken', `${alias} is an alias of another unit`))
    }))
  }
}
