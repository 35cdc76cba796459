import { reaches } from '../../contract/caller.ts'
import type { Issue } from '../../contract/errors.ts'
import { checkOf } from '../../contract/validation.ts'
import type { Trx } from '../../database/connect.ts'
import { issueAt, type RowIssues } from '../../writes/row-issues.ts'
import { passedOn } from '../rules/passing.ts'
import { foreignSource } from '../../catalogue/sources/source-rules.ts'
import { otherProvince } from '../../catalogue/units/batch-rules.ts'
import type { StoredDossier } from '../storage/columns.ts'
import { normalise } from './normalise/normalise.ts'
import { RecordList } from './records/record-list.ts'
import { recordOf, type SentRecord, type WellFormed } from './records/record.ts'
import type { Lookups } from './lookups/lookups.ts'
import { unitBefore } from './lookups/found-unit.ts'
import type { Sender } from './lookups/units.ts'
import { DossierItem } from '../schema.ts'

const checkItem = checkOf(DossierItem)

/**
 * The system that sends gives aliases of units and statuses their meaning. The client writes dossiers of the units that
 * it reaches, and others are as if they were not there.
 */
export interface IngestContext extends Sender {
  /** Keeps what names unknown units and procedures waiting; left out: it is refused. */
  keep?: Keeping
  /** Changes sound versions before they are compared with what is stored, such as by what is known of them besides. */
  adjust?: ((trx: Trx, province: string, versions: Version[]) => Promise<Version[]>) | undefined
  /**
   * Of two versions with the same `updated_at` the later one counts. true: unless it was stored before the other, as of
   * a sender whose versions do not say when they were made. Then it is an old file that comes again.
   */
  ignoresRepeats?: boolean | undefined
  /** The ids under which the items waited, by their indexes; left out: they come from a request. */
  waitedAs?: readonly number[] | undefined
  /** Whether an item certainly has the shape of a record, which then is not checked; left out: none has. */
  isWellFormed?: ((item: DossierItem) => boolean) | undefined
}

/** Where rows that wait come from. */
export interface Keeping {
  /** Id of their import; 0: a dry run, which keeps nothing. */
  import: number
  client: string
  /** That of the key; '' for all. */
  province: string
  /** Whether they came in the national format; left out: they did not. */
  national?: boolean | undefined
  /** Of an item by its index. */
  lineOf: (index: number) => number
  /** Whether an unknown name of a unit may be kept, which otherwise is refused; left out: any may. */
  mayKeepUnit?: ((name: string) => boolean) | undefined
  /** What is listed of what a row waits for, in the terms of the sender; left out: as ingest says it. */
  told?: ((issue: Issue) => Issue) | undefined
}

const SOUND: readonly Issue[] = []

/**
 * The items with the shape of a record. An item can be anything.
 * @param isCertain of records that are made here
 */
export function wellFormedItems (
  items: readonly unknown[] | RecordList, isCertain?: (item: DossierItem) => boolean
): { wellFormed: WellFormed, malformed: RowIssues[] } {
  const list = items instanceof RecordList ? items : null
  const indexes: number[] = []
  const malformed: RowIssues[] = []
  /** Those that are not usual. */
  const records = new Map<number, SentRecord>()
  for (let index = 0; index < items.length; index++) {
    if (list?.isUsual(index) !== true) {
      const item = list === null ? (items as readonly unknown[])[index] : list.otherAt(index)
      const issues = isCertain?.(item as DossierItem) === true ? SOUND : checkItem(item, '')
      if (issues.length > 0) {
        malformed.push({ index, issues })
        continue
      }
      records.set(indexes.length, recordOf(item as DossierItem))
    }
    indexes.push(index)
  }
  const recordAt = (position: number) => records.get(position) ?? list!.recordAt(indexes[position]!)
  return { wellFormed: { indexes, recordAt }, malformed }
}

/** A version of a dossier as it would be stored, with the index of its item. */
export interface Version {
  index: number
  dossier: StoredDossier
  /** Says that the dossier is not deleted, which takes back its deletion. */
  restores: boolean
  /** Says that the dossier always was like this, which rewrites its past. */
  corrects: boolean
  /** Older versions of it that came along, the oldest first. */
  earlier: readonly Version[]
}

const NONE: readonly Version[] = []

interface Validated {
  /** That of all versions; empty where there are none. */
  province: string
  versions: Version[]
  invalid: RowIssues[]
}

/** The records that are sound and that the client may send, as they would be stored. */
export function validVersions (
  { indexes, recordAt }: WellFormed, lookups: Lookups, { source, reach }: Sender
): Validated {
  const versions: Version[] = []
  const invalid: RowIssues[] = []
  let province = ''
  for (let position = 0; position < indexes.length; position++) {
    const index = indexes[position]!
    const record = recordAt(position)
    const { item } = record
    const found = lookups.unitsOf[position]
    const unit = unitBefore(found)
    // First, as what else is wrong would say something of the unit, such as when it ended.
    if (unit !== undefined && !reaches(reach, unit)) {
      invalid.push({ index, issues: [forbidden(unit.id)] })
      continue
    }
    const dossier = normalise(record, found, lookups)
    if (!Array.isArray(dossier) && dossier.unit === found!.unit.id && !reaches(reach, found!.unit)) {
      invalid.push({ index, issues: [forbidden(dossier.unit)] })
      continue
    }
    const isForeign = item?.source !== undefined && item.source !== source
    if (Array.isArray(dossier) || isForeign) {
      const issues = Array.isArray(dossier) ? dossier : []
      invalid.push({ index, issues: isForeign ? [...issues, foreignSource('/source', source)] : issues })
      continue
    }
    const { province_code: own } = unit!
    province ||= own
    if (own === province) {
      versions.push({
        index, dossier: passedOn(dossier, lookups.successorOf), earlier: NONE,
        restores: item?.deleted === false, corrects: item?.correction === true
      })
    } else invalid.push({ index, issues: [otherProvince(province)] })
  }
  return { province, versions, invalid }
}

function forbidden (unit: string): Issue {
  return issueAt('unit', 'forbidden_unit', `this key may not write dossiers of unit ${unit}`)
}
