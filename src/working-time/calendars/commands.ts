import { assertForAllUnits } from '../../catalogue/post-rows.ts'
import type { Issue } from '../../contract/errors.ts'
import { checkOf } from '../../contract/validation.ts'
import type { Trx } from '../../database/connect.ts'
import type { BatchAnswer, BatchOptions, Change } from '../../writes/batch.ts'
import { duplicateKeys, ingestBatch, type BatchRow, type Rule } from '../../writes/ingest-batch.ts'
import { issueAt } from '../../writes/row-issues.ts'
import type { Write } from '../../writes/write.ts'
import { issuesOfContent } from './content-issues.ts'
import { WorkingCalendarItem } from './schema.ts'
import { canonical, lockCalendars, storeCalendars, storedCalendars, type StoredCalendar } from './store.ts'

const check = checkOf(WorkingCalendarItem)

/**
 * Creates or updates calendars, by code. Years that an item names are replaced as a whole; others stay.
 * @throws DomainError `too_many_items`, `invalid_rows`, `forbidden_rows`
 */
export async function postCalendars (
  write: Write, items: readonly unknown[], options: BatchOptions
): Promise<BatchAnswer> {
  assertForAllUnits(write, 'calendars')
  const { trx } = write
  await lockCalendars(trx)
  const stored = await storedCalendars(trx)
  return ingestBatch<WorkingCalendarItem, StoredCalendar, StoredCalendar>(write, items, options, {
    resource: 'calendars',
    key: ['code'],
    check,
    resolve: async () => {
      const provinces = await provincesOf(trx)
      return {
        prepare: item => {
          const row = merged(stored.get(item.code), item)
          return { row, issues: [...provinceIssues(row, provinces), ...issuesOfContent(item, row)] }
        },
        rules: [duplicateKeys('code', ({ code }) => code), oneForAProvince(stored)]
      }
    },
    store: async rows => {
      const changes = rows.map(row => changeOf(row, stored.get(row.row.code)))
      await storeCalendars(trx, changes.filter(({ outcome }) => outcome !== 'unchanged').map(({ after }) => after!))
      return { changes, issues: [] }
    }
  })
}

function merged (
  stored: StoredCalendar | undefined,
  { province = null, name, years = [], reception_limits: limits, ...item }: WorkingCalendarItem
): StoredCalendar {
  const given = limits?.map(({ interlinked_working_hours: interlinked = null, ...limit }) => (
    { ...limit, interlinked_working_hours: interlinked }))
  const reception_limits = given ?? stored?.reception_limits ?? []
  const posted = new Set(years.map(({ year }) => year))
  const others = stored?.years.filter(({ year }) => !posted.has(year)) ?? []
  return canonical({ ...item, province, reception_limits, name: name.normalize('NFC'), years: [...others, ...years] })
}

function changeOf (
  { index, row: after }: BatchRow<StoredCalendar>, before: StoredCalendar | undefined
): Change<StoredCalendar> {
  if (before === undefined) return { index, outcome: 'created', before: null, after }
  const outcome = JSON.stringify(before) === JSON.stringify(after) ? 'unchanged' : 'updated'
  return { index, outcome, before, after }
}

async function provincesOf (trx: Trx): Promise<Set<string>> {
  const rows = await trx.selectFrom('units').select('id').where('parent', 'is', null).execute()
  return new Set(rows.map(({ id }) => id))
}

function provinceIssues ({ province }: StoredCalendar, provinces: Set<string>): Issue[] {
  if (province === null || provinces.has(province)) return []
  return [issueAt('province', 'unknown_unit', `there is no province ${province}`)]
}

/** By which of two calendars a province works would be unknown. */
function oneForAProvince (stored: ReadonlyMap<string, StoredCalendar>): Rule<StoredCalendar> {
  return ({ sound }) => {
    const all = [...new Map([...stored, ...sound.map(({ row }) => [row.code, row] as const)]).values()]
    return sound.flatMap(({ index, row: { code, province } }) => {
      const other = province === null ? undefined : all.find(one => one.province === province && one.code !== code)
      if (other === undefined) return []
      return [{ index, issues: [issueAt('province', 'province_taken', `${province} works by the calendar ${other.code}`)] }]
    })
  }
}
