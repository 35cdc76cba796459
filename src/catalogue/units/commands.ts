import { sql } from 'kysely'
import { changeOf, type BatchAnswer, type BatchOptions, type Change } from '../../writes/batch.ts'
import { duplicateKeys, ingestBatch, type BatchRow } from '../../writes/ingest-batch.ts'
import type { Write } from '../../writes/write.ts'
import { checkOf } from '../../contract/validation.ts'
import type { Trx } from '../../database/connect.ts'
import { upsert } from '../../database/sql/bulk-json.ts'
import { searchName } from '../../text/search-name.ts'
import { aliasesTaken } from './posted/aliases.ts'
import { issuesOfFigures } from './posted/figures.ts'
import { addFirstVersions, correctFirstVersions } from './versions.ts'
import { UnitItem } from './schema.ts'
import { readTree, type PostedUnit, type StoredUnit, type UnitTree } from './posted/tree.ts'
import { identified } from './posted/identify.ts'
import { oneProvince, preparedUnit, withoutRejected } from './posted/checks.ts'
import { refreshReach } from './lineage/reach.ts'

const checkItem = checkOf(UnitItem)

/**
 * Creates or updates units of one province, by code, with all that moves with them. What an item leaves out becomes
 * unknown.
 * @throws DomainError `too_many_items`, `invalid_rows`, `forbidden_rows`
 */
export async function postUnits (
  write: Write, items: readonly unknown[], options: BatchOptions
): Promise<BatchAnswer> {
  const { trx, by } = write
  // One batch after the other, and none beside another order of levels.
  await sql`lock table levels in share mode`.execute(trx)
  await sql`lock table units in share row exclusive mode`.execute(trx)
  let tree: UnitTree
  return ingestBatch<UnitItem, StoredUnit, StoredUnit>(write, items, options, {
    resource: 'units',
    key: ['id', 'code'],
    show: shown,
    of: ({ province_code, id }) => ({ province_code, unit: id }),
    check: checkItem,
    resolve: async wellFormed => {
      const { units: posted, taken } = await identified(trx, wellFormed)
      const units = [...posted.values()]
      tree = await readTree(trx, units)
      const figures = await issuesOfFigures(trx, units.flatMap(after => {
        const before = tree.stored.get(after.id)
        return before === undefined ? [] : [{ before, after }]
      }))
      const lookups = { tree, taken, figures, by }
      return {
        prepare: item => preparedUnit(posted.get(item)!, item, lookups),
        rules: [
          duplicateKeys('code', ({ id }) => id), await aliasesTaken(trx, units), oneProvince,
          withoutRejected(tree, item => posted.get(item as UnitItem)?.id ?? (item as Partial<UnitItem> | null)?.code)
        ]
      }
    },
    store: rows => storeUnits(trx, rows, tree.settledWith(rows.map(({ row }) => row)))
  })
}

async function storeUnits (trx: Trx, rows: readonly BatchRow<StoredUnit>[], tree: UnitTree) {
  const changes = rows.map(({ index, row }): Change<StoredUnit> => {
    const before = tree.stored.get(row.id)
    const { outcome } = changeOf(index, before && shown(before), shown(row))
    return { index, outcome, before: before ?? null, after: row }
  })
  const written = changes.filter(({ outcome }) => outcome !== 'unchanged').map(({ after }) => after!)
  if (written.length > 0) await writeUnits(trx, written, tree)
  return { changes, issues: [] }
}

async function writeUnits (trx: Trx, written: readonly StoredUnit[], tree: UnitTree): Promise<void> {
  const ids = written.map(({ id }) => id)
  await upsert(trx, 'units', ['id'], written.map(({ aliases: _, has_history: __, history_below: ___, ...unit }) => (
    { ...unit, search_name: searchName(unit.name) })))
  const moved = tree.movedPaths(new Set(ids))
  await sql`
    update units set path = moved.path from json_to_recordset(${JSON.stringify(moved)}::json) as moved (id text, path text[])
    where moved.id = units.id`.execute(trx)
  // What a post corrects was always so, and not from a day on. What event sets changed it does not touch.
  const corrected = [...written.filter(unit => !unit.has_history), ...moved].map(({ id }) => id)
  await correctFirstVersions(trx, corrected)
  await addFirstVersions(trx)
  await writeAliases(trx, written)
  await refreshReach(trx, written[0]!.province_code)
}

/** Aliases that a post names hold as long as the unit exists; dates of those that stay are kept. */
async function writeAliases (trx: Trx, written: readonly StoredUnit[]): Promise<void> {
  const aliases = JSON.stringify(written.flatMap(({ id, valid_from, aliases }) => (
    aliases.map(alias => ({ unit: id, alias, valid_from })))))
  const posted = sql`(
    select unit, split_part(alias, ':', 1) as source, substr(alias, strpos(alias, ':') + 1) as external_code, valid_from
    from json_to_recordset(${aliases}::json) as posted (unit text, alias text, valid_from date)) as posted`
  await sql`
    delete from unit_aliases as stored where unit = any(${written.map(({ id }) => id)}) and not exists (
      select from ${posted} where posted.unit = stored.unit and posted.source = stored.source
        and posted.external_code = stored.external_code)`.execute(trx)
  await sql`
    insert into unit_aliases (source, external_code, unit, valid_from)
    select source, external_code, unit, valid_from from ${posted}
    where not exists (select from unit_aliases as stored where posted.unit = stored.unit and posted.source = stored.source
      and posted.external_code = stored.external_code)`.execute(trx)
}

function shown (stored: StoredUnit): PostedUnit {
  const { province_code: _, path: __, has_history: ___, history_below: ____, ...unit } = stored
  return unit
}
