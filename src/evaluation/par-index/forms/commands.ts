import { assertForAllUnits } from '../../../catalogue/post-rows.ts'
import { resolveUnits, type UnitOf } from '../../../catalogue/units/resolve.ts'
import type { Issue } from '../../../contract/errors.ts'
import { checkOf } from '../../../contract/validation.ts'
import type { Trx } from '../../../database/connect.ts'
import type { BatchAnswer, BatchOptions, Change } from '../../../writes/batch.ts'
import { duplicateKeys, ingestBatch, type BatchRow } from '../../../writes/ingest-batch.ts'
import { issueAt } from '../../../writes/row-issues.ts'
import type { Write } from '../../../writes/write.ts'
import { issuesOfForm } from './check.ts'
import { ParIndexFormItem, type ParIndexForm } from './schema.ts'
import { canonical, formsWithScores, lockForms, storedForms, storeForms } from './store.ts'

const check = checkOf(ParIndexFormItem)

/**
 * Creates or updates forms, by code, each as a whole.
 * @throws DomainError `too_many_items`, `invalid_rows`, `forbidden_rows`
 */
export async function postParIndexForms (
  write: Write, items: readonly unknown[], options: BatchOptions
): Promise<BatchAnswer> {
  assertForAllUnits(write, 'forms')
  const { trx } = write
  return ingestBatch<ParIndexFormItem, ParIndexForm, ParIndexForm>(write, items, options, {
    resource: 'par-index-forms',
    key: ['code'],
    check,
    resolve: async items => {
      const levels = new Set((await trx.selectFrom('levels').select('code').execute()).map(({ code }) => code))
      const unitOf = await resolveUnits(trx, items.flatMap(item => (
        [item.within, ...item.units ?? []].filter(name => name != null).map(name => ({ name, source: null })))))
      return {
        prepare: item => {
          const { form, issues: unknown } = withUnits(completed(item), unitOf)
          const issues = [...unknown, ...issuesOfForm(form, levels)]
          // Before the formulas are checked they can be of any depth.
          return { row: issues.length > 0 ? null : canonical(form), issues }
        },
        rules: [duplicateKeys('code', ({ code }) => code)]
      }
    },
    store: async rows => {
      await lockForms(trx)
      const { changes, issues } = await changesOf(trx, rows)
      await storeForms(trx, changes.filter(({ outcome }) => outcome !== 'unchanged').map(({ after }) => after!))
      return { changes, issues }
    }
  })
}

/** An item with all that it may leave out. */
function completed ({ criteria, ...item }: ParIndexFormItem): ParIndexForm {
  const nothing = { note: null, valid_to: null, within: null, levels: null, kinds: null, units: null }
  const empty = { parent: null, scored_by: null, inputs: [], rate: null, points: null, counted: null, note: null }
  return {
    ...nothing, ranked_within: 'level', survey_maximum: 0, ...item, criteria: criteria.map(criterion => ({ ...empty, ...criterion }))
  }
}

/** A form with ids in place of names of units, as on its first day. */
function withUnits (form: ParIndexForm, unitOf: UnitOf): { form: ParIndexForm, issues: Issue[] } {
  const issues: Issue[] = []
  const idOf = (name: string, at: string) => {
    const unit = unitOf({ name, source: null }, form.valid_from)
    if (unit === undefined) issues.push(issueAt(at, 'unknown_unit', `there is no unit ${name}`))
    return unit?.id ?? name
  }
  const { within, units } = form
  const named = {
    within: within === null ? null : idOf(within, 'within'),
    units: units === null ? null : units.map((name, i) => idOf(name, `units/${i}`))
  }
  return { form: { ...form, ...named }, issues }
}

/** A form that units have scores by goes on saying what they mean. */
async function changesOf (trx: Trx, rows: readonly BatchRow<ParIndexForm>[]) {
  const codes = rows.map(({ row }) => row.code)
  const stored = await storedForms(trx, codes)
  const used = await formsWithScores(trx, codes)
  const issues = rows.filter(({ row }) => used.has(row.code))
    .map(({ index, row }) => ({ index, issues: changedIssues(stored.get(row.code)!, row, used.get(row.code)!) }))
    .filter(({ issues }) => issues.length > 0)
  const refused = new Set(issues.map(({ index }) => index))
  const changes = rows.filter(({ index }) => !refused.has(index)).map(row => changeOf(row, stored.get(row.row.code)))
  return { changes, issues }
}

/** @param last the last day of the last period with scores, on which the form goes on holding */
function changedIssues (before: ParIndexForm, after: ParIndexForm, last: string): Issue[] {
  const [was, is] = [ruleOf(before), ruleOf(after)]
  const detail = 'units have scores by this form: how and whom it scores stays as it is; post another form with a code of ' +
    'its own'
  const ends = after.valid_to !== null && after.valid_to < last
  return [
    ...Object.keys(was).filter(name => JSON.stringify(was[name]) !== JSON.stringify(is[name]))
      .map(name => issueAt(name, 'form_has_scores', detail)),
    ...ends ? [issueAt('valid_to', 'form_has_scores', `units have scores by this form for a period up to ${last}`)] : []
  ]
}

/** How and whom a form scores, without what is text for people, and without the order of what has none. */
function ruleOf (
  { valid_from, within, levels, kinds, units, ranked_within, criteria }: ParIndexForm
): Record<string, unknown> {
  return {
    valid_from, within, levels: levels?.toSorted(), kinds: kinds?.toSorted(), units: units?.toSorted(), ranked_within,
    criteria: criteria.map(({ code, parent, maximum, scored_by, inputs, rate, points, counted }) => (
      [code, parent, maximum, scored_by, inputs.map(input => ({ ...input, meaning: '' })), rate, points, counted]))
  }
}

function changeOf (
  { index, row: after }: BatchRow<ParIndexForm>, before: ParIndexForm | undefined
): Change<ParIndexForm> {
  if (before === undefined) return { index, outcome: 'created', before: null, after }
  return { index, outcome: JSON.stringify(before) === JSON.stringify(after) ? 'unchanged' : 'updated', before, after }
}
