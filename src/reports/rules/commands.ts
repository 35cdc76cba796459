import { assertForAllUnits } from '../../catalogue/post-rows.ts'
import { checkOf } from '../../contract/validation.ts'
import type { Db } from '../../database/connect.ts'
import type { BatchAnswer, BatchOptions, Change } from '../../writes/batch.ts'
import { duplicateKeys, ingestBatch, type BatchRow } from '../../writes/ingest-batch.ts'
import type { Write } from '../../writes/write.ts'
import { issuesOfRule, type Nameable } from './check.ts'
import { RuleItem, type Rule } from './schema.ts'
import { canonical, lockRules, storedRules, storeRules } from './store.ts'

const check = checkOf(RuleItem)

const LEFT_OUT = {
  form: null, indicators: null, right_to: null, tolerance: 0, note: null, valid_to: null, period_days: 'last'
} as const

/**
 * Creates or updates rules, by code, each as a whole.
 * @throws DomainError `too_many_items`, `invalid_rows`, `forbidden_rows`
 */
export async function postRules (write: Write, items: readonly unknown[], options: BatchOptions): Promise<BatchAnswer> {
  assertForAllUnits(write, 'rules')
  const { trx } = write
  return ingestBatch<RuleItem, Rule, Rule>(write, items, options, {
    resource: 'rules',
    key: ['code'],
    check,
    resolve: async items => {
      const nameable = await nameableIn(trx, items.flatMap(({ form }) => form ?? []))
      return {
        prepare: item => {
          const posted = { ...LEFT_OUT, ...item }
          const issues = issuesOfRule(posted, nameable)
          // Before the formulas are checked they can be of any depth.
          return { row: issues.length > 0 ? null : canonical(posted), issues }
        },
        rules: [duplicateKeys('code', ({ code }) => code)]
      }
    },
    store: async rows => {
      await lockRules(trx)
      const stored = new Map((await storedRules(trx, rows.map(({ row }) => row.code))).map(rule => [rule.code, rule]))
      const changes = rows.map(row => changeOf(row, stored.get(row.row.code)))
      await storeRules(trx, changes.filter(({ outcome }) => outcome !== 'unchanged').map(({ after }) => after!))
      return { changes, issues: [] }
    }
  })
}

async function nameableIn (db: Db, forms: readonly string[]): Promise<Nameable> {
  const asked = [...new Set(forms)]
  const known = await db.selectFrom('forms').select('code').where('code', 'in', ['', ...asked]).execute()
  const indicators = await db.selectFrom('indicators').select(['form', 'code', 'value_type', 'choices'])
    .where('form', 'in', ['', ...asked]).execute()
  const levels = await db.selectFrom('levels').select('code').execute()
  return {
    forms: new Map(known.map(({ code: form }) => [
      form, new Map(indicators.filter(one => one.form === form).map(one => [one.code, one as never]))
    ])),
    levels: new Set(levels.map(({ code }) => code))
  }
}

function changeOf ({ index, row: after }: BatchRow<Rule>, before: Rule | undefined): Change<Rule> {
  if (before === undefined) return { index, outcome: 'created', before: null, after }
  return { index, outcome: JSON.stringify(before) === JSON.stringify(after) ? 'unchanged' : 'updated', before, after }
}
