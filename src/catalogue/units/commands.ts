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
import { addFirstVersions } from './versions.ts'
import { UnitItem } from './schema.ts'
import { readTree, type PostedUnit, type StoredUnit, type UnitTree } from './posted/tree.ts'
import { oneProvince, preparedUnit, unitOfItem, withoutRejected } from './posted/checks.ts'

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
    key: ['code'],
    show: shown,
    of: ({ province_code, code }) => ({ province_code, unit: code }),
    check: checkItem,
    resolve: async wellFormed => {
      tree = await readTree(trx, wellFormed)
      const units = wellFormed.map(unitOfItem)
      const figures = await issuesOfFigures(trx, units.flatMap(after => {
        const before = tree.stored.get(after.code)
        return before === undefined ? [] : [{ before, after }]
      }))
      return {
        prepare: item => preparedUnit(item, { tree, figures, by }),
        rules: [
          duplicateKeys('code', ({ code }) => code), await aliasesTaken(trx, units), oneProvince, withoutRejected(tree)
        ]
      }
    },
    store: rows => storeUnits(trx, rows, tree.settledWith(rows.map(({ row }) => row)))
  })
}

async function storeUnits (trx: Trx, rows: readonly BatchRow<StoredUnit>[], tree: UnitTree) {
  const changes = rows.map(({ index, row }): Change<StoredUnit> => {
    const before = tree.stored.get(row.code)
    const { outcome } = changeOf(index, before && shown(before), shown(row))
    return { index, outcome, before: before ?? null, after: row }
  })
  const written = changes.filter(({ outcome }) => outcome !== 'unchanged').map(({ after }) => after!)
  if (written.length > 0) await writeUnits(trx, written, tree)
  return { changes, issues: [] }
}

async function writeUnits (trx: Trx, written: readonly StoredUnit[], tree: UnitTree): Promise<void> {
  const codes = written.map(({ code }) => code)
  await upsert(trx, 'units', ['id'], written.map(({ aliases: _, ...unit }) => (
    { ...unit, id: unit.code, reached_by: unit.path, search_name: searchName(unit.name) })))
  const moved = JSON.stringify(tree.movedPaths(new Set(codes)))
  await sql`
    update units set path = moved.path, reached_by = moved.path from json_to_recordset(${moved}::json) as moved (code text, path text[])
    where moved.code = units.id`.execute(trx)
  // What a post corrects was always so, and not from a day on.
  await sql`delete from unit_versions where unit = any(${[...codes, ...tree.movedPaths(new Set(codes)).map(({ code }) => code)]})`.execute(trx)
  await addFirstVersions(trx)
  const aliases = JSON.stringify(written.flatMap(({ code, aliases }) => aliases.map(alias => ({ unit: code, alias }))))
  await sql`delete from unit_aliases where unit = any(${codes})`.execute(trx)
  await sql`
    insert into unit_aliases (source, external_code, unit)
    select split_part(alias, ':', 1), substr(alias, strpos(alias, ':') + 1), unit
    from json_to_recordset(${aliases}::json) as posted (unit text, alias text)`.execute(trx)
}

function shown ({ province_code: _province, path: _path, ...unit }: StoredUnit): PostedUnit {
  return unit
}
