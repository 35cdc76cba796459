import type { Insertable, Selectable } from 'kysely'
import type { UnitAliases, Units } from '../../database/tables.ts'
import { searchName } from '../../text/search-name.ts'
import { communesOf, type Division } from './provinces.ts'

/** The day on which districts ended, and provinces and communes became those of today. */
export const SINCE = '2025-07-01'

const KINDS_OF_COMMUNES: [RegExp, string][] = [[/^Phường /, 'ward'], [/^Đặc khu /, 'special_zone'], [/^Xã /, 'commune']]

/**
 * A province and its communes of today, each after its parent. A commune has the code of the province and its
 * statistical code, which other units had before: it is right from `valid_from` on.
 * @param code the national identifier of the province, such as `H41`
 */
export function unitsOf (province: Division, code: string): Selectable<Units>[] {
  const top = unit([], code, province.name, { kind: 'province', level: 'province', reports_dossiers: false })
  return [top, ...communesOf(province).map(({ code: statistical, name }) => {
    const [, kind] = KINDS_OF_COMMUNES.find(([type]) => type.test(name))!
    return unit(top.path, `${code}-${statistical}`, name, { kind, level: 'commune', reports_dossiers: true })
  })]
}

/** What the statistical office calls these units. */
export function aliasesOf (province: Division, code: string): Insertable<UnitAliases>[] {
  return [
    { source: 'gso', external_code: province.code, unit: code },
    ...communesOf(province).map(commune => (
      { source: 'gso', external_code: commune.code, unit: `${code}-${commune.code}` }))
  ]
}

function unit (
  above: string[], code: string, name: string, properties: Pick<Units, 'kind' | 'level' | 'reports_dossiers'>
): Selectable<Units> {
  const path = [...above, code]
  return {
    id: code,
    code,
    name,
    path,
    reached_by: path,
    province_code: path[0]!,
    parent: above.at(-1) ?? null,
    valid_from: SINCE,
    valid_to: null,
    search_name: searchName(name),
    ...properties
  }
}
