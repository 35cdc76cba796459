// Which units have an alias, and when.
import { sql } from 'kysely'
import type { Trx } from '../../../database/connect.ts'
import { isNational, nationalName } from './spellings.ts'

export interface Claim {
  unit: string
  valid_from: string
  valid_to: string | null
}

/**
 * What two aliases have in common that mean the same unit. A national identifier is the same in all systems: if two
 * units had it under different sources, a system without aliases of its own would name neither by it.
 * @param alias `source:external code`
 */
export function claimOf (alias: string): string {
  const code = alias.slice(alias.indexOf(':') + 1)
  return isNational(code) ? nationalName(code) : alias
}

/** All that have one of some aliases, by what `claimOf` says of it. */
export async function aliasClaims (trx: Trx, aliases: readonly string[]): Promise<Map<string, Claim[]>> {
  const asked = new Set(aliases.map(claimOf))
  // National identifiers have several spellings, but the same name of the province in each.
  const provinces = new Set([...asked].filter(claim => !claim.includes(':')).map(claim => claim.split('.')[0]!))
  const { rows } = await sql<Claim & { alias: string }>`
    select source || ':' || external_code as alias, unit, greatest(unit_aliases.valid_from, units.valid_from) as valid_from,
      least(unit_aliases.valid_to, units.valid_to) as valid_to
    from unit_aliases join units on units.id = unit
    where (source, external_code) in (
        select split_part(claim, ':', 1), substr(claim, strpos(claim, ':') + 1) from unnest(${[...asked]}::text[]) as claim)
      or external_code like any(${[...provinces].map(name => `%${name}%`)})`.execute(trx)
  const claims = Map.groupBy(rows, ({ alias }) => claimOf(alias))
  return new Map([...asked].map(claim => [claim, claims.get(claim) ?? []]))
}
