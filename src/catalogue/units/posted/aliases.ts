import { sql } from 'kysely'
import type { Trx } from '../../../database/connect.ts'
import type { Rule } from '../../../writes/ingest-batch.ts'
import { issueAt } from '../../../writes/row-issues.ts'
import { nationalForms } from '../naming/spellings.ts'
import { overlaps } from './identify.ts'
import type { PostedUnit, StoredUnit } from './tree.ts'

interface Claim {
  form: string
  id: string
  valid_from: string
  valid_to: string | null
}

/** An alias in all its spellings. */
export function formsOf (alias: string): string[] {
  const colon = alias.indexOf(':')
  return nationalForms(alias.slice(colon + 1)).map(code => `${alias.slice(0, colon)}:${code}`)
}

/** Rejects units with an alias that another unit has on some of the same days, stored or in the batch. */
export async function aliasesTaken (trx: Trx, units: readonly PostedUnit[]): Promise<Rule<StoredUnit>> {
  const asked = [...new Set(units.flatMap(({ aliases }) => aliases.flatMap(formsOf)))]
  const { rows: stored } = await sql<Claim>`
    select source || ':' || external_code as form, unit as id, greatest(unit_aliases.valid_from, units.valid_from) as valid_from,
      least(unit_aliases.valid_to, units.valid_to) as valid_to
    from unit_aliases join units on units.id = unit
    where (source, external_code) in (
      select split_part(form, ':', 1), substr(form, strpos(form, ':') + 1) from unnest(${asked}::text[]) as form)`.execute(trx)
  return ({ sound }) => {
    const posted = sound.flatMap(({ row: { id, aliases, valid_from, valid_to } }) => (
      aliases.flatMap(formsOf).map((form): Claim => ({ form, id, valid_from, valid_to }))))
    const claims = Map.groupBy([...stored, ...posted], ({ form }) => form)
    const isFree = (form: string, unit: StoredUnit) => (
      !claims.get(form)!.some(claim => claim.id !== unit.id && overlaps(claim, unit)))
    return sound.map(({ index, row }) => ({
      index,
      issues: [...row.aliases.entries()].filter(([, alias]) => !formsOf(alias).every(form => isFree(form, row)))
        .map(([i, alias]) => issueAt(`aliases/${i}`, 'alias_taken', `${alias} is an alias of another unit`))
    }))
  }
}
