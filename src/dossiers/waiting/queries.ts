import { sql } from 'kysely'
import type { NamedUnit } from '../../catalogue/units/resolve.ts'
import { isReachedBy } from '../../catalogue/units/reach-sql.ts'
import type { Reach } from '../../contract/caller.ts'
import type { Page, PageRequest } from '../../contract/paging.ts'
import type { Db } from '../../database/connect.ts'
import { inSlowRead } from '../../database/time-limits.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../database/sql/keyset.ts'
import { IS_KNOWN_PROCEDURE, isKnownUnit, knownUnits } from './take-in.ts'
import type { UnknownCode, UnknownCodeQuery } from './schema.ts'

const ORDER: OrderColumn[] = ['kind', 'code', 'source'].map(name => ({ name, kind: 'text', required: true }))

/**
 * Codes that dossiers within reach name and that the catalogue does not have, by kind and code. Of dossiers that wait
 * for a procedure and for a unit, the one that is there by now is left out.
 */
export async function unknownCodes (
  db: Db, { kind, source }: UnknownCodeQuery, page: PageRequest, reach: Reach
): Promise<Page<UnknownCode>> {
  const query = (units: readonly NamedUnit[]) => sql<UnknownCode>`
    select missing.kind, missing.code, source, count(distinct waiting.code) filter (where not failed)::integer as dossiers,
      count(distinct waiting.code) filter (where failed)::integer as failed,
      min(kept_at) as first_seen_at, max(sent_at) as last_seen_at, max(import) as import
    from waiting_dossiers as waiting
      cross join lateral (values ('procedure', missing_procedure), ('unit', missing_unit)) as missing (kind, code)
    where missing.code is not null and ${isReachedBy('owner', reach)}
      and (failed or case missing.kind
        when 'procedure' then missing_unit is null or not ${IS_KNOWN_PROCEDURE}
        else missing_procedure is null or not ${isKnownUnit(units)} end)
      and ${kind === undefined ? sql`true` : sql`missing.kind = ${kind}`}
      and ${source === undefined ? sql`true` : sql`source = ${source}`}
    group by missing.kind, missing.code, source`
  const { rows } = await inSlowRead(db, async trx => pageQuery(query(await knownUnits(trx)), ORDER, page).execute(trx))
  return pageOf(rows, ORDER, page.limit)
}
