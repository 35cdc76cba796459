import { sql } from 'kysely'
import { governs } from '../../../contract/caller.ts'
import { DomainError, notFound, type Issue } from '../../../contract/errors.ts'
import type { Trx } from '../../../database/connect.ts'
import { insertMissing } from '../../../database/sql/bulk-json.ts'
import { searchName } from '../../../text/search-name.ts'
import { auditRowsOf } from '../../../writes/changes.ts'
import type { Write } from '../../../writes/write.ts'
import { daysInOrder } from '../../post-rows.ts'
import { aliasClaims, claimOf } from '../naming/claims.ts'
import { overlaps } from '../posted/identify.ts'
import { unitNamed } from '../queries.ts'
import { exactly, reachedUnit, type ResolvedUnit } from '../resolve.ts'
import type { UnitAsOf, UnitCorrection } from '../schema.ts'

/**
 * Corrects what was always wrong with a unit. A name or a kind is corrected in the version of the day, and in those
 * before and after it that took it over.
 * @throws DomainError `not_found`, `invalid_rows`
 */
export async function putUnit (
  write: Write, name: string, correction: UnitCorrection, asOf: string | undefined
): Promise<UnitAsOf> {
  const { trx, by } = write
  await sql`lock table units in share row exclusive mode`.execute(trx)
  const unit = await reachedUnit(trx, name, by.unit, { day: asOf })
  if (unit === undefined || !governs(by.unit, unit)) throw notFound('unit', name)
  const before = await unitNamed(trx, exactly(unit.id), asOf, null)
  const aliases = correction.aliases?.map(({ valid_from = null, valid_to = null, ...alias }) => (
    { ...alias, valid_from, valid_to }))
  if (aliases !== undefined) await replaceAliases(trx, unit, aliases)
  for (const property of ['name', 'kind'] as const) {
    const value = correction[property]?.normalize('NFC')
    if (value !== undefined) await correctVersions(trx, before, property, value)
  }
  const { reports_dossiers = before.reports_dossiers } = correction
  await sql`
    update units set reports_dossiers = ${reports_dossiers}, name = last.name, kind = last.kind, search_name = last.search_name
    from (select * from unit_versions where unit = ${unit.id} order by valid_from desc limit 1) as last
    where id = ${unit.id}`.execute(trx)
  const after = await unitNamed(trx, exactly(unit.id), asOf, null)
  const outcome = JSON.stringify(before) === JSON.stringify(after) ? 'unchanged' : 'updated'
  write.auditRows.push(...auditRowsOf<UnitAsOf>('units', [{ outcome, before, after }], {
    key: ['id', 'code'], of: ({ id }) => ({ province_code: unit.province_code, unit: id })
  }))
  return by.unit === null ? after : unitNamed(trx, exactly(unit.id), asOf, by.unit)
}

async function correctVersions (trx: Trx, unit: UnitAsOf, property: 'name' | 'kind', value: string): Promise<void> {
  const { id, versions } = unit
  const wrong = unit[property]
  const at = versions.findIndex(({ valid_to: to }) => to === null || to >= dayWithin(unit))
  let [first, last] = [at, at]
  while (versions[first - 1]?.[property] === wrong) first--
  while (versions[last + 1]?.[property] === wrong) last++
  await sql`
    update unit_versions set ${sql.ref(property)} = ${value}
    where unit = ${id} and valid_from between ${versions[first]!.valid_from} and ${versions[last]!.valid_from}`.execute(trx)
  if (property === 'name') {
    await sql`update unit_versions set search_name = ${searchName(value)} where unit = ${id} and name = ${value}`.execute(trx)
  }
}

/** The day of an answer, or the nearest one on which the unit exists. */
function dayWithin ({ as_of: day, valid_from: from, valid_to: to }: UnitAsOf): string {
  return to !== null && day > to ? to : day < from ? from : day
}

type DatedAlias = UnitAsOf['dated_aliases'][number]

async function replaceAliases (trx: Trx, unit: ResolvedUnit, aliases: readonly DatedAlias[]): Promise<void> {
  const issues = [...aliases.flatMap(({ valid_from: from, valid_to: to }, i) => (
    daysInOrder(['valid_from', 'valid_to'], from ?? unit.valid_from, to)
      .map(issue => ({ ...issue, pointer: `/aliases/${i}${issue.pointer}` })))), ...await takenIssues(trx, unit, aliases)]
  if (issues.length > 0) throw new DomainError('invalid_rows', issues.map(({ detail }) => detail).join('; '), issues)
  await sql`delete from unit_aliases where unit = ${unit.id}`.execute(trx)
  if (aliases.length === 0) return
  await insertMissing(trx, 'unit_aliases', aliases.map(({ source, code, valid_from, valid_to }) => (
    { source, external_code: code, unit: unit.id, valid_from: valid_from ?? unit.valid_from, valid_to })))
}

/** Aliases that another unit has on some of the same days, or that this one has twice. */
async function takenIssues (trx: Trx, unit: ResolvedUnit, aliases: readonly DatedAlias[]): Promise<Issue[]> {
  const posted = aliases.map(({ source, code, valid_from: from, valid_to: to }, i) => (
    { i, source, alias: `${source}:${code}`, claim: claimOf(`${source}:${code}`), ...within(unit, from, to) }))
  const claims = await aliasClaims(trx, posted.map(({ alias }) => alias))
  const isTwice = (one: typeof posted[number]) => posted.some(other => (
    other.i !== one.i && other.source === one.source && other.claim === one.claim && overlaps(other, one)))
  const hasAnother = (one: typeof posted[number]) => (
    claims.get(one.claim)!.some(other => other.unit !== unit.id && overlaps(other, one)))
  return posted.filter(one => isTwice(one) || hasAnother(one)).map(({ i, alias }): Issue => (
    { pointer: `/aliases/${i}`, code: 'alias_taken', detail: `${alias} is an alias of another unit, or there twice` }))
}

function within (unit: ResolvedUnit, from: string | null, to: string | null) {
  const ends = [to, unit.valid_to].filter(day => day !== null).sort()
  return { valid_from: from === null || from < unit.valid_from ? unit.valid_from : from, valid_to: ends[0] ?? null }
}
