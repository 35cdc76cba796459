import { sql } from 'kysely'
import type { Issue } from '../../../contract/errors.ts'
import type { Trx } from '../../../database/connect.ts'
import { recordset, upsert } from '../../../database/sql/bulk-json.ts'
import type { Change } from '../../../writes/batch.ts'
import type { BatchRow } from '../../../writes/ingest-batch.ts'
import { issueAt } from '../../../writes/row-issues.ts'
import type { FormCriterion, ParIndexForm } from '../forms/schema.ts'
import { scoreKeyOf, type StoredScore } from './check.ts'
import { leafOf } from './content.ts'
import { givenPoints } from './given.ts'
import { shown } from './queries.ts'
import type { Stage } from './schema.ts'

const KEY = ['province_code', 'period', 'form', 'unit', 'criterion', 'stage'] as const
const CRITERION_KEY = KEY.slice(0, -1)

type StoredOf = (row: StoredScore, stage: Stage) => StoredScore | undefined

/** Writes the rows against which nothing that is stored stands. */
export async function storeScores (
  trx: Trx, rows: readonly BatchRow<StoredScore>[], forms: ReadonlyMap<string, ParIndexForm>
) {
  // One batch after the other: two that create the same rows would both count them, and nothing that a row is held
  // against may change meanwhile.
  await sql`lock table par_index_scores in share row exclusive mode`.execute(trx)
  const { rows: stored } = await sql<StoredScore>`
    select stored.* from ${recordset('par_index_scores', rows.map(({ row }) => row), CRITERION_KEY)}
    join par_index_scores as stored using (${sql.join(CRITERION_KEY.map(name => sql.ref(name)))})`.execute(trx)
  const found = new Map(stored.map(row => [scoreKeyOf(row), row]))
  const storedOf: StoredOf = (row, stage) => found.get(scoreKeyOf({ ...row, stage }))
  const all = rows.map(({ index, row }) => ({ row, change: changeOf(index, storedOf(row, row.stage), row) }))
  const issues = all.filter(({ change }) => change.outcome !== 'unchanged')
    .map(({ row, change }) => ({ index: change.index!, issues: storedIssues(row, storedOf, forms) }))
    .filter(({ issues }) => issues.length > 0)
  const refused = new Set(issues.map(({ index }) => index))
  const changes = all.map(({ change }) => change).filter(({ index }) => !refused.has(index!))
  const written = changes.filter(({ outcome }) => outcome !== 'unchanged').map(({ after }) => after!)
  if (written.length > 0) await upsert(trx, 'par_index_scores', [...KEY], written as never[])
  return { changes, issues }
}

function changeOf (index: number, before: StoredScore | undefined, row: StoredScore): Change<StoredScore> {
  if (before === undefined) return { index, outcome: 'created', before: null, after: row }
  const after = sameScore(before, row) ? { ...row, client: before.client } : row
  const same = JSON.stringify(shown(before)) === JSON.stringify(shown(after))
  return { index, outcome: same ? 'unchanged' : 'updated', before, after }
}

/** A new text makes no other client the one that scored: who scored does not appraise. */
function sameScore (a: StoredScore, b: StoredScore): boolean {
  const scoreOf = (row: StoredScore) => JSON.stringify([row.points, shown(row).inputs])
  return scoreOf(a) === scoreOf(b)
}

function storedIssues (row: StoredScore, storedOf: StoredOf, forms: ReadonlyMap<string, ParIndexForm>): Issue[] {
  switch (row.stage) {
    case 'self': return storedOf(row, 'appraised') === undefined
      ? []
      : [issueAt(null, 'already_appraised', `${row.criterion} of ${row.unit} is appraised, and its own score stays as it is`)]
    case 'survey': {
      const source = storedOf(row, 'survey')?.source ?? row.source
      return source === row.source ? [] : [issueAt('source', 'other_source', `${source} has posted it, and changes it`)]
    }
    case 'appraised': return appraisalIssues(row, storedOf(row, 'self'), leafOf(forms.get(row.form)!, row.criterion)!)
  }
}

function appraisalIssues (row: StoredScore, own: StoredScore | undefined, leaf: FormCriterion): Issue[] {
  const hasReason = row.note !== null
  if (own === undefined) {
    return hasReason ? [] : [issueAt('reason', 'missing', `${row.unit} gives itself no points for ${row.criterion}; say why it has these`)]
  }
  if (own.client === row.client) {
    return [issueAt(null, 'own_self_score', `${row.client} has posted what ${row.unit} gives itself for ${row.criterion}; another client appraises it`)]
  }
  const [points, ownPoints] = [givenPoints(leaf, row).points, givenPoints(leaf, own).points]
  if (hasReason || (points !== null && points === ownPoints)) return []
  return [issueAt('reason', 'missing', `the points are not those that ${row.unit} gives itself; say why`)]
}
