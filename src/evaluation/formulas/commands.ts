import { assertForAllUnits } from '../../catalogue/post-rows.ts'
import { checkOf } from '../../contract/validation.ts'
import type { Trx } from '../../database/connect.ts'
import type { BatchAnswer, BatchOptions, Change } from '../../writes/batch.ts'
import { duplicateKeys, ingestBatch, type BatchRow } from '../../writes/ingest-batch.ts'
import { issueAt } from '../../writes/row-issues.ts'
import type { Write } from '../../writes/write.ts'
import { issuesOfFormula } from './check.ts'
import { EvaluationFormulaItem, type EvaluationFormula } from './schema.ts'
import { canonical, formulasInUse, lockFormulas, storedFormulas, storeFormulas } from './store.ts'

const check = checkOf(EvaluationFormulaItem)

/**
 * Creates or updates versions of the formula, by code, each as a whole.
 * @throws DomainError `too_many_items`, `invalid_rows`, `forbidden_rows`
 */
export async function postEvaluationFormulas (
  write: Write, items: readonly unknown[], options: BatchOptions
): Promise<BatchAnswer> {
  assertForAllUnits(write, 'formulas')
  const { trx } = write
  return ingestBatch<EvaluationFormulaItem, EvaluationFormula, EvaluationFormula>(write, items, options, {
    resource: 'evaluation-formulas',
    key: ['code'],
    check,
    resolve: async () => {
      const levels = new Set((await trx.selectFrom('levels').select('code').execute()).map(({ code }) => code))
      return {
        prepare: item => {
          const posted = { note: null, valid_to: null, volume: null, ...item }
          const issues = issuesOfFormula(posted, levels)
          // Before the formulas are checked they can be of any depth.
          return issues.length > 0 ? { row: null, issues } : { row: canonical(posted), issues }
        },
        rules: [duplicateKeys('code', ({ code }) => code)]
      }
    },
    store: async rows => {
      await lockFormulas(trx)
      const { changes, issues } = await changesOf(trx, rows)
      await storeFormulas(trx, changes.filter(({ outcome }) => outcome !== 'unchanged').map(({ after }) => after!))
      return { changes, issues }
    }
  })
}

/** What points of past days are stored by goes on meaning what it did: points of one code are compared. */
async function changesOf (trx: Trx, rows: readonly BatchRow<EvaluationFormula>[]) {
  const stored = await storedFormulas(trx, rows.map(({ row }) => row.code))
  const others = rows.filter(({ row }) => stored.has(row.code) && ruleOf(row) !== ruleOf(stored.get(row.code)!))
  const used = await formulasInUse(trx, others.map(({ row }) => row.code))
  const refused = others.filter(({ row }) => used.has(row.code))
  const detail = 'points of past days are stored by this version: what it comes to stays as it is; post another one with a code of its own'
  return {
    changes: rows.filter(row => !refused.includes(row)).map(row => changeOf(row, stored.get(row.row.code))),
    issues: refused.map(({ index }) => ({ index, issues: [issueAt('groups', 'formula_in_use', detail)] }))
  }
}

/** What a version comes to, without what is text for people. */
function ruleOf ({ groups }: EvaluationFormula): string {
  return JSON.stringify(groups.map(({ code, maximum, criteria }) => [
    code, maximum, criteria.map(({ code, maximum, levels, inputs, rate, points, counted }) => (
      [code, maximum, levels?.toSorted(), inputs.map(input => ({ ...input, meaning: '' })), rate, points, counted]))
  ]))
}

function changeOf (
  { index, row: after }: BatchRow<EvaluationFormula>, before: EvaluationFormula | undefined
): Change<EvaluationFormula> {
  if (before === undefined) return { index, outcome: 'created', before: null, after }
  return { index, outcome: JSON.stringify(before) === JSON.stringify(after) ? 'unchanged' : 'updated', before, after }
}
