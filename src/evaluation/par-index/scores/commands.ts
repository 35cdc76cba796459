import { sourceIssues } from '../../../catalogue/sources/source-rules.ts'
import type { Caller } from '../../../contract/caller.ts'
import { checkOf, type Check } from '../../../contract/validation.ts'
import type { BatchAnswer, BatchOptions } from '../../../writes/batch.ts'
import { ingestBatch } from '../../../writes/ingest-batch.ts'
import type { Write } from '../../../writes/write.ts'
import { holdForms, storedForms } from '../forms/store.ts'
import { resolvedChecks, type Posted, type StoredScore } from './check.ts'
import { shown } from './queries.ts'
import {
  ParIndexAppraisalItem, ParIndexSelfScoreItem, ParIndexSurveyResultItem, type Stage
} from './schema.ts'
import { storeScores } from './store.ts'

const checkSelfScore = checkOf(ParIndexSelfScoreItem)
const checkSurveyResult = checkOf(ParIndexSurveyResultItem)
const checkAppraisal = checkOf(ParIndexAppraisalItem)

/**
 * Creates or updates what units give themselves, by unit, period, form and criterion.
 * @throws DomainError `too_many_items`, `invalid_rows`, `forbidden_rows`
 */
export async function postParIndexSelfScores (
  write: Write, items: readonly unknown[], options: BatchOptions
): Promise<BatchAnswer> {
  const postedOf = ({ evidence = null, ...item }: ParIndexSelfScoreItem): Posted => (
    { points: null, inputs: {}, ...item, source: null, note: evidence })
  return postScores(write, items, options, { stage: 'self', check: checkSelfScore, postedOf })
}

/**
 * Creates or updates what surveys found. Of a criterion one source counts.
 * @throws DomainError `too_many_items`, `invalid_rows`, `forbidden_rows`
 */
export async function postParIndexSurveyResults (
  write: Write, items: readonly unknown[], options: BatchOptions
): Promise<BatchAnswer> {
  const { by } = write
  // The check makes sure that one of the two is there.
  const postedOf = ({ source = by.source!, note = null, ...item }: ParIndexSurveyResultItem): Posted => (
    { ...item, source, note, points: null })
  return postScores(write, items, options, { stage: 'survey', check: withSource(checkSurveyResult, by), postedOf })
}

/**
 * Creates or updates what units are given when they are appraised, each for what it names alone.
 * @throws DomainError `too_many_items`, `invalid_rows`, `forbidden_rows`
 */
export async function postParIndexAppraisals (
  write: Write, items: readonly unknown[], options: BatchOptions
): Promise<BatchAnswer> {
  const postedOf = ({ reason = null, ...item }: ParIndexAppraisalItem): Posted => (
    { points: null, inputs: {}, ...item, source: null, note: reason })
  return postScores(write, items, options, { stage: 'appraised', check: checkAppraisal, postedOf })
}

/** The shape of an item, and whether the caller may post for the source that it names. */
function withSource (checkShape: Check, by: Caller): Check {
  return (item, at) => {
    const issues = checkShape(item, at)
    if (typeof item !== 'object' || item === null) return issues
    return [...issues, ...sourceIssues((item as { source?: unknown }).source, by, `${at}/source`)]
  }
}

interface Steps<Item> {
  stage: Stage
  check: Check
  postedOf: (item: Item) => Posted
}

async function postScores<Item> (
  write: Write, items: readonly unknown[], options: BatchOptions, { stage, check, postedOf }: Steps<Item>
): Promise<BatchAnswer> {
  const { trx, by } = write
  await holdForms(trx)
  const forms = await storedForms(trx)
  return ingestBatch<Item, StoredScore, StoredScore>(write, items, options, {
    resource: 'par-index-scores',
    key: ['unit', 'period', 'form', 'criterion', 'stage'],
    show: shown,
    of: row => row,
    check,
    resolve: items => resolvedChecks(trx, items, postedOf, stage, by, forms),
    store: rows => storeScores(trx, rows, forms)
  })
}
