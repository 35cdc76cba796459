// The reform of Thanh Hóa as event sets, from what was published of it. See data/.
import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'

type Row<Column extends string> = Record<Column, string>

function rowsOf<Column extends string> (file: string): Row<Column>[] {
  return parse<Row<Column>>(readFileSync(new URL(`data/${file}`, import.meta.url)), { columns: true, bom: true })
}

const KINDS: Record<string, string> = { Phường: 'ward', Xã: 'commune', 'Thị trấn': 'township' }

function kindOf (name: string): string {
  return Object.entries(KINDS).find(([type]) => name.startsWith(`${type} `))![1]
}

/** From 27 districts and 559 communes to 26 and 547. Whom the twelve that ended went to was not published. */
export function firstStep () {
  const rows = rowsOf<'code' | 'name_2021' | 'district_code_2021' | 'name_2025_06' | 'district_code_2025_06' | 'change'>(
    'thanh-hoa-communes-2021-to-2025-01.csv')
  const ended = rows.filter(({ change }) => change.startsWith('abolished'))
  const events = [
    ...ended.map(({ code }) => ({ type: 'abolish', unit: `H56-${code}` })),
    ...rows.filter(row => !ended.includes(row)).flatMap(row => [
      ...row.name_2021 === row.name_2025_06
        ? []
        : [{ type: 'rename', unit: `H56-${row.code}`, name: row.name_2025_06, kind: kindOf(row.name_2025_06) }],
      ...row.district_code_2021 === row.district_code_2025_06
        ? []
        : [{ type: 'move', unit: `H56-${row.code}`, parent: `H56-${row.district_code_2025_06}` }]
    ]),
    { type: 'abolish', unit: 'H56-405' }
  ]
  return {
    effective_on: '2025-01-01',
    document: { number: '1238/NQ-UBTVQH15', date: '2024-10-24', issuer: 'Ủy ban Thường vụ Quốc hội' },
    events
  }
}

export const pairs = rowsOf<'old_code' | 'old_name' | 'old_district_code' | 'new_code' | 'new_name' | 'successors_of_old'>(
  'thanh-hoa-communes-2025.csv')

/** From 26 districts and 547 communes to 166 communes. The parts of those that were split are estimates. */
export function secondStep () {
  const newUnits = Map.groupBy(pairs, ({ new_code: code }) => code)
  const oldUnits = Map.groupBy(pairs, ({ old_code: code }) => code)
  const merges = [...newUnits].map(([code, from]) => ({
    whole: from.filter(({ successors_of_old: parts }) => parts === '1').map(({ old_code: old }) => `H56-${old}`),
    unit: {
      code: `H56-${code}`, name: from[0]!.new_name, kind: kindOf(from[0]!.new_name), level: 'commune', parent: 'H56',
      reports_dossiers: true, aliases: [`gso:${code}`]
    }
  }))
  const splits = [...oldUnits].filter(([, to]) => to.length > 1).map(([code, to]) => ({
    type: 'split', unit: `H56-${code}`,
    into: to.map(({ new_code: successor }, i) => (
      { unit: `H56-${successor}`, share: i > 0 ? Math.floor(1e6 / to.length) / 1e6 : 1 - (to.length - 1) * Math.floor(1e6 / to.length) / 1e6 }))
  }))
  const districts = new Set(pairs.map(({ old_district_code: code }) => `H56-${code}`))
  return {
    effective_on: '2025-07-01',
    document: { number: '1686/NQ-UBTVQH15', date: '2025-06-16', issuer: 'Ủy ban Thường vụ Quốc hội' },
    events: [
      ...merges.map(({ whole, unit }) => whole.length > 0 ? { type: 'merge', units: whole, into: unit } : { type: 'create', unit }),
      ...splits,
      ...[...districts].map(unit => ({ type: 'abolish', unit }))
    ]
  }
}
