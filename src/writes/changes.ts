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
  show?: (row: Row) => object
  /** Of the province and the unit, those that a row has. */
  of?: (row: Row) => { province_code: string, unit: string }
}

/** The rows among `changes` that are not as they were. */
export function auditRowsOf<Row extends object> (
  resource: string, changes: readonly Pick<Change<Row>, 'outcome' | 'before' | 'after'>[],
  { key, show = row => row, of = () => ({ province_code: '', unit: '' }) }: Shown<Row>
): AuditRow[] {
  return changes.flatMap(({ outcome: action, before, after }) => {
    if (action === 'unchanged' || action === 'stale') return []
    const { province_code, unit } = of((after ?? before)!)
    const shown = { before: before && show(before), after: after && show(after) }
    const names = new Set(key)
    const differing = action === 'updated'
      ? Object.keys(shown.after!).filter(name => valueOf(shown.before!, name) !== valueOf(shown.after!, name))
      : Object.keys((shown.after ?? shown.before)!).filter(name => !names.has(name))
    return [{
      province_code, resource, action, unit: unit || null,
      key: picked((shown.after ?? shown.before)!, key),
      before: shown.before && picked(shown.before, differing),
      after: shown.after && picked(shown.after, differing)
    }]
  })
}

/** Comparable: lists and what they hold as text. */
function valueOf (row: object, name: string): unknown {
  const value = (row as Record<string, unknown>)[name]
  return typeof value === 'object' ? JSON.stringify(value) : value
}

function picked (row: object, names: readonly string[]): object {
  return Object.fromEntries(names.map(name => [name, (row as Record<string, unknown>)[name]]))
}
