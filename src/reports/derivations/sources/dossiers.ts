import { onlineServiceLevels } from '../../../catalogue/procedures/counts/queries.ts'
import { sql } from 'kysely'
import { exactly } from '../../../catalogue/units/resolve.ts'
import { MEASURES } from '../../../form-ii06a/measures.ts'
import { onTime } from '../../../statistics/on-time/queries.ts'
import type { BASES, GroupKey, METHODS, OnTimeRow } from '../../../statistics/on-time/schema.ts'
import { addressOf, countOf, percentOf, unknownFor, type Counted, type ReportAsked } from '../counted.ts'
import { needsRecords, type DossierSource } from './bases.ts'

type Basis = typeof BASES[number]
type Method = typeof METHODS[number]

/** A page limit above the number of rows of any answer. */
const ALL_ROWS = 1_000_000
/** How many procedures an address can name. */
const MAX_NAMED = 100

/** Counts the dossiers of a report. What asks the same of `onTime` shares one question. */
export class DossierCounts {
  readonly #asked: ReportAsked
  readonly #rows = new Map<string, OnTimeRow[]>()
  #levels: ReadonlyMap<string, string> | undefined
  #hasRecords: boolean | undefined

  constructor (asked: ReportAsked) {
    this.#asked = asked
  }

  async of (source: DossierSource): Promise<Counted> {
    const { basis = needsRecords(source) ? 'records' : undefined } = source
    if (basis !== undefined) return this.#on(basis, source)
    const [records, reported] = [await this.#on('records', source), await this.#on('reported', source)]
    if (records.value === null || reported.value === null) return records.value === null ? reported : records
    return isOfMore(reported, records) ? reported : records
  }

  async #on (basis: Basis, source: DossierSource): Promise<Counted> {
    const { level, field, online_service_level: online } = source
    const method = methodOf(source)
    const procedures = online === undefined ? undefined : await this.#proceduresOnline(online)
    const keys: GroupKey[] = [
      ...level === undefined ? [] : ['level'] as const, ...field === undefined ? [] : ['field'] as const,
      ...procedures === undefined ? [] : ['procedure'] as const
    ]
    const rows = procedures?.length === 0 ? [] : await this.#rowsBy(basis, method, keys)
    const within = rows.filter(row => row.scope !== null && level?.includes(row.level!) !== false &&
      field?.includes(row.field!) !== false && procedures?.includes(row.procedure!) !== false)
    const beside = { basis, ...coverageOf(within), ...this.#links(basis, source, procedures) }
    const isEmpty = within.length === 0 || (basis === 'records' && beside.units_reported === 0 && within.every(hasNothing))
    if (isEmpty) return unknownFor('nothing_counted', beside)
    if (source.op === 'dossiers') {
      const count = sumOf(within, source.measure)
      return count === null ? unknownFor('unknown_of_some', beside) : countOf(count, beside)
    }
    const [numerator, denominator] = [sumOf(within, 'numerator'), sumOf(within, 'denominator')]
    if (numerator === null || denominator === null) return unknownFor('unknown_of_some', { ...beside, numerator, denominator })
    return percentOf(numerator, denominator, beside)
  }

  async #rowsBy (basis: Basis, method: Method, keys: GroupKey[]): Promise<OnTimeRow[]> {
    const { db, unit, period, reach, now } = this.#asked
    if (basis === 'records' && !await this.#recordsExist()) return []
    const key = [basis, method, ...keys].join()
    let rows = this.#rows.get(key)
    if (rows === undefined) {
      const question = { basis, method, period: [period.code], unit: exactly(unit.id), group_by: keys }
      rows = (await onTime(db, question, { limit: ALL_ROWS }, reach, now)).items
      this.#rows.set(key, rows)
    }
    return rows
  }

  /** Most provinces send only reports: of records none of several questions is asked. */
  async #recordsExist (): Promise<boolean> {
    const { db, unit: { province_code: province } } = this.#asked
    this.#hasRecords ??= (await sql`select from dossiers where province_code = ${province} limit 1`.execute(db)).rows.length > 0
    return this.#hasRecords
  }

  async #proceduresOnline (levels: readonly string[]): Promise<string[]> {
    const { db, period } = this.#asked
    this.#levels ??= await onlineServiceLevels(db, period.ends_on)
    return [...this.#levels].flatMap(([procedure, level]) => levels.includes(level) ? [procedure] : [])
  }

  #links (basis: Basis, source: DossierSource, procedure: string[] | undefined): Pick<Counted, 'url' | 'dossiers_url'> {
    const isNameable = procedure === undefined || (procedure.length > 0 && procedure.length <= MAX_NAMED)
    if (!isNameable) return { url: null, dossiers_url: null }
    const { unit, period } = this.#asked
    const { level, field } = source
    const filters = { period: period.code, unit: unit.id, level, field, procedure }
    if (source.op === 'dossiers') {
      return { url: addressOf('/v1/on-time/explain', { basis, ...filters }), dossiers_url: null }
    }
    const method = methodOf(source)
    const dossiers = addressOf('/v1/on-time/explain/dossiers', { method, part: 'rest', ...filters })
    return {
      url: addressOf('/v1/on-time/explain', { basis, method, ...filters }), dossiers_url: basis === 'records' ? dossiers : null
    }
  }
}

/** A measure does not depend on it. */
function methodOf (source: DossierSource): Method {
  return (source.op === 'on_time' ? source.method : undefined) ?? 'resolved'
}

/** A unit has one level. Fields and procedures share units: of them it is the one with the most, at least. */
function coverageOf (rows: readonly OnTimeRow[]): Pick<Counted, 'units_reported' | 'units_expected'> {
  const levels = [...Map.groupBy(rows, ({ level }) => level).values()]
  const units = (name: 'units_reported' | 'units_expected') => (
    levels.reduce((sum, ofLevel) => sum + Math.max(...ofLevel.map(row => row[name])), 0))
  return { units_reported: units('units_reported'), units_expected: units('units_expected') }
}

/** Compares shares: a consolidated report is that of 1 of 1 units, and records are counted by the unit. */
function isOfMore (one: Counted, other: Counted): boolean {
  return one.units_reported! * other.units_expected! > other.units_reported! * one.units_expected!
}

/** A unit of which no dossier is known has sums of 0, which nobody counted. One that is not expected may have some. */
function hasNothing (row: OnTimeRow): boolean {
  return MEASURES.every(name => row[name] === null || row[name] === 0)
}

type CountName = Extract<DossierSource, { op: 'dossiers' }>['measure'] | 'numerator' | 'denominator'

/** Unknown as soon as one is. */
function sumOf (rows: readonly OnTimeRow[], name: CountName): number | null {
  return rows.reduce<number | null>((sum, { [name]: count }) => sum === null || count === null ? null : sum + count, 0)
}
