import { sql } from 'kysely'
import { assertForAllUnits } from '../../catalogue/post-rows.ts'
import type { Issue } from '../../contract/errors.ts'
import { checkOf } from '../../contract/validation.ts'
import type { Trx } from '../../database/connect.ts'
import { upsert } from '../../database/sql/bulk-json.ts'
import { changeOf, type BatchAnswer, type BatchOptions } from '../../writes/batch.ts'
import { duplicateKeys, ingestBatch } from '../../writes/ingest-batch.ts'
import { issueAt } from '../../writes/row-issues.ts'
import type { Write } from '../../writes/write.ts'
import { isKept, versionsOf } from './queries.ts'
import {
  CHOICE_NAMES, CountingRulesItem, DEFAULT_CHOICES, type Choices, type CountingRules
} from './schema.ts'

const check = checkOf(CountingRulesItem)

/**
 * Creates versions of counting rules, or changes the name and the source of one, by code and first day. What a version
 * chooses never changes: answers have named it.
 * @throws DomainError `too_many_items`, `invalid_rows`, `forbidden_rows`
 */
export async function postCountingRules (
  write: Write, items: readonly unknown[], options: BatchOptions
): Promise<BatchAnswer> {
  assertForAllUnits(write, 'counting rules')
  const { trx } = write
  // One batch after the other: two could give two versions the same number.
  await sql`lock table counting_rules in share row exclusive mode`.execute(trx)
  return ingestBatch<CountingRulesItem, CountingRules, CountingRules>(write, items, options, {
    resource: 'counting-rules',
    key: ['code', 'valid_from'],
    check,
    resolve: async items => {
      const stored = Map.groupBy(await versionsOf(trx, items.map(({ code }) => code)), ({ code }) => code)
      // In the order of the batch, so that one can post the versions of rules together.
      return {
        prepare: item => {
          const versions = stored.get(item.code) ?? []
          const row = rowOf(item, versions)
          const issues = issuesOf(row, versions)
          if (issues.length === 0 && row.version > versions.length) stored.set(item.code, [...versions, row])
          return { row, issues }
        },
        rules: [duplicateKeys('valid_from', ({ code, valid_from: from }) => `${code} ${from}`)]
      }
    },
    store: async rows => {
      const stored = await versionsOf(trx, rows.map(({ row }) => row.code))
      const before = new Map(stored.map(row => [`${row.code} ${row.version}`, row]))
      const changes = rows.map(({ index, row }) => changeOf(index, before.get(`${row.code} ${row.version}`), row))
      await store(trx, changes.filter(({ outcome }) => outcome !== 'unchanged').map(({ after }) => after!))
      return { changes, issues: [] }
    }
  })
}

function rowOf (
  { code, valid_from, name, source, ...posted }: CountingRulesItem, versions: readonly CountingRules[]
): CountingRules {
  const same = versions.find(version => version.valid_from === valid_from)
  const { version = versions.length + 1, built_in = false } = same ?? {}
  const choices = { ...DEFAULT_CHOICES, ...posted }
  return {
    code, version, valid_from, name: name.normalize('NFC'), source: source.normalize('NFC'), built_in,
    kept: isKept(choices), ...choices
  }
}

function issuesOf (row: CountingRules, versions: readonly CountingRules[]): Issue[] {
  const { code, version, valid_from: from } = row
  if (versions.some(version => version.built_in)) {
    return [issueAt('code', 'built_in_rules', `the rules ${code} come with the service and cannot be changed`)]
  }
  const same = versions.find(one => one.version === version)
  if (same === undefined) {
    const last = versions.at(-1)?.valid_from ?? ''
    if (last < from) return []
    return [issueAt('valid_from', 'changed_later', `${code} has a version from ${last} on; a new one begins later`)]
  }
  return CHOICE_NAMES.filter(name => row[name] !== same[name]).map(name => issueAt(
    name, 'other_content', `version ${version} of ${code} has ${name} ${same[name]}; other choices are a version from another day on`))
}

async function store (trx: Trx, rows: readonly CountingRules[]): Promise<void> {
  if (rows.length === 0) return
  await upsert(trx, 'counting_rules', ['code', 'version'], rows.map(row => {
    const { code, version, valid_from, name, source, built_in } = row
    const choices = Object.fromEntries(CHOICE_NAMES.map(name => [name, row[name]])) as Choices
    return { code, version, valid_from, name, source, built_in, choices }
  }) as never[])
}
