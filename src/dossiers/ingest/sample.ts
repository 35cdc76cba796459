// What some dossiers of a chunk say of all of them. Nearly all chunks are of one kind, and each kind has a way in that
// asks the database less than looking every dossier up does.
import { sql } from 'kysely'
import { array, unnested } from '../../database/sql/bulk-binary.ts'
import type { Trx } from '../../database/connect.ts'
import { CODE, UPDATED, type StoredDossier } from '../storage/columns.ts'

/** In smaller chunks each dossier is looked for. */
const FEW = 100
/** Of larger chunks one in so many dossiers is looked for first. */
const SAMPLED = 32

/** What many dossiers probably are: all new, newer versions of stored ones, or some of either. */
export async function guessOf (
  trx: Trx, province: string, dossiers: readonly StoredDossier[]
): Promise<'new' | 'newer' | 'mixed'> {
  if (dossiers.length < FEW) return 'mixed'
  const sample = dossiers.filter((_, position) => position % SAMPLED === 0)
  const { rows: [found] } = await sql<{ stored: number, newer: number }>`
    select count(*)::integer as stored, count(*) filter (where given.updated_at > stored.updated_at)::integer as newer
    from ${unnested({ ...CODE, ...UPDATED }, sample)} as given
      join dossiers as stored on province_code = ${province} and stored.code = given.code`.execute(trx)
  const { stored, newer } = found!
  if (stored === 0) return 'new'
  return newer > sample.length / 2 ? 'newer' : 'mixed'
}

/** Whether there is no code that is not stored. */
export async function areAllStored (trx: Trx, province: string, dossiers: readonly StoredDossier[]): Promise<boolean> {
  const { rows: [found] } = await sql<{ all: boolean }>`
    select not exists (
      select from (select unnest(${array('text', dossiers.map(({ code }) => code))}) as code) as given
        left join dossiers as stored on province_code = ${province} and stored.code = given.code
      where stored.code is null
    ) as all`.execute(trx)
  return found!.all
}
