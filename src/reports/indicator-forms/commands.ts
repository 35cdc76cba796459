import { assertForAllUnits } from '../../catalogue/post-rows.ts'
import { checkOf } from '../../contract/validation.ts'
import type { Trx } from '../../database/connect.ts'
import type { BatchAnswer, BatchOptions, Change } from '../../writes/batch.ts'
import { duplicateKeys, ingestBatch, type BatchRow } from '../../writes/ingest-batch.ts'
import { issueAt, type RowIssues } from '../../writes/row-issues.ts'
import type { Write } from '../../writes/write.ts'
import { issuesOfForm, type KnownForms } from './check.ts'
import { meaningChanges, meaningIssues } from './meaning.ts'
import { FormItem, type WholeForm } from './schema.ts'
import { canonical, lockForms, storedForms, storeForms, wholeForm, withValues } from './store.ts'

const check = checkOf(FormItem)

/**
 * Creates or updates forms, by code, each with all of its indicators. What reported values mean never changes.
 * @throws DomainError `too_many_items`, `invalid_rows`, `forbidden_rows`
 */
export async function postForms (write: Write, items: readonly unknown[], options: BatchOptions): Promise<BatchAnswer> {
  assertForAllUnits(write, 'forms')
  const { trx } = write
  let forms: KnownForms['forms'] = new Map()
  return ingestBatch<FormItem, WholeForm, WholeForm>(write, items, options, {
    resource: 'forms',
    key: ['code'],
    check,
    resolve: async items => {
      await lockForms(trx, items.map(({ code }) => code))
      forms = await storedForms(trx)
      const codesOf = async (table: 'levels' | 'fields') => (
        new Set((await trx.selectFrom(table).select('code').execute()).map(({ code }) => code)))
      const known = { forms, levels: await codesOf('levels'), fields: await codesOf('fields') }
      return {
        prepare: item => {
          const stored = forms.get(item.code)
          if (item.indicators === undefined && stored === undefined) {
            return { row: null, issues: [issueAt('indicators', 'missing', 'a form that is new has indicators')] }
          }
          const form = wholeForm(item, stored?.indicators ?? [])
          const issues = issuesOfForm(form, known)
          return issues.length > 0 ? { row: null, issues } : { row: form, issues }
        },
        rules: [duplicateKeys('code', ({ code }) => code)]
      }
    },
    store: rows => store(trx, rows, forms)
  })
}

async function store (
  trx: Trx, rows: readonly BatchRow<WholeForm>[], forms: KnownForms['forms']
): Promise<{ changes: Change<WholeForm>[], issues: RowIssues[] }> {
  const changed = rows.map(({ index, row }) => {
    const before = forms.get(row.code)
    return { index, changes: before === undefined ? [] : meaningChanges(before, row) }
  })
  const used = await withValues(trx, changed.flatMap(({ changes }) => changes))
  const all = [...forms.values(), ...rows.map(({ row }) => row)]
  const continued = new Set(all.flatMap(({ indicators }) => indicators.flatMap(({ corresponds_to: earlier }) => (
    earlier === null ? [] : [`${earlier.form} ${earlier.indicator}`]))))
  const issues = changed.map(({ index, changes }) => ({ index, issues: meaningIssues(changes, used, continued) }))
    .filter(({ issues }) => issues.length > 0)
  const refused = new Set(issues.map(({ index }) => index))
  const changes = rows.filter(({ index }) => !refused.has(index)).map(row => changeOf(row, forms.get(row.row.code)))
  await storeForms(trx, changes.filter(({ outcome }) => outcome !== 'unchanged').map(({ after }) => after!))
  return { changes, issues }
}

function changeOf ({ index, row }: BatchRow<WholeForm>, before: WholeForm | undefined): Change<WholeForm> {
  const after = canonical(row)
  if (before === undefined) return { index, outcome: 'created', before: null, after }
  return { index, outcome: JSON.stringify(before) === JSON.stringify(after) ? 'unchanged' : 'updated', before, after }
}
