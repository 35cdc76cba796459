import type { Change } from './batch.ts'

/** What happened to one row, as the API shows it. */
export interface AuditRow {
  province_code: string
  /** As in the address of its list: `dossier-statistics`. */
  resource: string
  action: 'created' | 'updated' | 'deleted'
  key: object
  /** Code of the unit that the row belongs to; null for what belongs to none. */
  unit: string | null
  before: object | null
  after: object | null
}

interface Shown<Row> {
  key: readonly string[]
  /** @param beside the row that it is compared with; what both have alike may be left out, but for the key */
  show?: (row: Row, beside?: Row) => object
  /** Of the province and the unit, those that a row has. */
  of?: (row: Row) => { province_code: string, unit: string }
}

/** The rows among `changes` that are not as they were. */
export function auditRowsOf<Row extends object> (
  resource: string, changes: readonly Pick<Change<Row>, 'outcome' | 'before' | 'after'>[],
  { key, show = row => row, of = () => ({ province_code: '', unit: '' }) }: Shown<Row>
): AuditRow[] {
  const names = new Set(key)
  const rows: AuditRow[] = []
  for (const { outcome: action, before, after } of changes) {
    if (action === 'unchanged' || action === 'stale') continue
    const { province_code, unit } = of((after ?? before)!)
    const was = before && show(before, after ?? undefined)
    const is = after && show(after, before ?? undefined)
    const shown = (is ?? was)!
    const differing = Object.keys(shown).filter(action === 'updated'
      ? name => !isSame((was as Columns)[name], (is as Columns)[name])
      : name => !names.has(name))
    rows.push({
      province_code, resource, action, unit: unit || null,
      key: picked(shown, key), before: was && picked(was, differing), after: is && picked(is, differing)
    })
  }
  return rows
}

type Columns = Record<string, unknown>

/** Lists and what they hold are the same by their text. */
function isSame (before: unknown, after: unknown): boolean {
  return before === after || (isList(before) && isList(after) && JSON.stringify(before) === JSON.stringify(after))
}

function isList (value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

function picked (row: object, names: readonly string[]): object {
  const some: Columns = {}
  for (const name of names) some[name] = (row as Columns)[name]
  return some
}
