import { sql } from 'kysely'
import type { BatchAnswer, BatchOptions, Change } from '../../writes/batch.ts'
import type { Rule } from '../../writes/ingest-batch.ts'
import { issueAt, type RowIssues } from '../../writes/row-issues.ts'
import type { Write } from '../../writes/write.ts'
import { checkOf } from '../../contract/validation.ts'
import type { Trx } from '../../database/connect.ts'
import { assertForAllUnits, daysInOrder, postRows, type CodedTable } from '../post-rows.ts'
import { LevelItem, type Level } from './schema.ts'

const TABLE: CodedTable<LevelItem, Level> = {
  name: 'levels',
  columns: ['code', 'name', 'position', 'valid_from', 'valid_to'],
  check: checkOf(LevelItem),
  rowOf: item => ({ valid_to: null, ...item, name: item.name.normalize('NFC') }),
  issues: async () => ({ valid_from, valid_to }) => daysInOrder(['valid_from', 'valid_to'], valid_from, valid_to),
  rules: async trx => [ownPositions(await positions(trx))],
  refuse: unitsDepending
}

/**
 * Creates or updates levels of government, by code. What an item leaves out becomes unknown.
 * @throws DomainError `too_many_items`, `invalid_rows`, `forbidden_rows`
 */
export async function postLevels (
  write: Write, items: readonly unknown[], options: BatchOptions
): Promise<BatchAnswer> {
  assertForAllUnits(write, 'levels')
  // Before the positions are read: two batches could give one position to two levels.
  await sql`lock table levels in share row exclusive mode`.execute(write.trx)
  return postRows(write, items, options, TABLE)
}

async function positions (trx: Trx): Promise<Pick<Level, 'code' | 'position'>[]> {
  return trx.selectFrom('levels').select(['code', 'position']).orderBy('code').execute()
}

/** Which of two levels of one position stands above the other is unknown. */
function ownPositions (stored: Pick<Level, 'code' | 'position'>[]): Rule<Level> {
  return ({ sound }) => {
    const posted = new Set(sound.map(({ row }) => row.code))
    const taken = Map.groupBy(
      [...stored.filter(({ code }) => !posted.has(code)), ...sound.map(({ row }) => row)], ({ position }) => position)
    return sound.flatMap(({ index, row: { code, position } }) => {
      const other = taken.get(position)!.find(level => level.code !== code)
      if (other === undefined) return []
      return [{ index, issues: [issueAt('position', 'position_taken', `level ${other.code} has the position ${position}`)] }]
    })
  }
}

/** Refuses another order of levels after which a unit would stand above its parent. */
async function unitsDepending (trx: Trx, changes: readonly Change<Level>[]): Promise<RowIssues[]> {
  const moved = changes.filter(({ before, after }) => before !== null && before.position !== after!.position)
  if (moved.length === 0) return []
  const { rows: [found] } = await sql<{ unit: string, parent: string }>`
    with posted as (select * from json_populate_recordset(null::levels, ${JSON.stringify(moved.map(({ after }) => after))}::json)),
    ranked as (
      select code, position from levels where code not in (select code from posted)
      union all select code, position from posted)
    select units.id as unit, parent.id as parent
    from units join ranked on ranked.code = units.level
      join units as parent on parent.id = units.parent join ranked as above on above.code = parent.level
    where above.position > ranked.position
    order by units.id limit 1`.execute(trx)
  if (found === undefined) return []
  const detail = `after this batch the unit ${found.unit} would stand above its parent ${found.parent}`
  // All of them: which of the positions is wrong is unknown.
  return moved.map(({ index }) => ({ index: index!, issues: [issueAt('position', 'units_depend', detail)] }))
}
