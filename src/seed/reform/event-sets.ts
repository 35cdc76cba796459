import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import type { Selectable } from 'kysely'
import type { UnitChangeEnvelope } from '../../catalogue/unit-changes/schema.ts'
import type { Units } from '../../database/tables.ts'
import { units } from '../catalogue/units.ts'
import { provinceNamed } from '../provinces/provinces.ts'
import { SINCE, unitsOf } from '../provinces/units.ts'
import { NEW_DEPARTMENTS, TAKEN_OVER } from './departments.ts'

const KINDS: [string, string][] = [['Phường ', 'ward'], ['Thị trấn ', 'township'], ['Xã ', 'commune']]
const CITY_OF_THANH_HOA = 'H56-380'
const DONG_SON = 'H56-405'

type Commune = Selectable<Units>

/** The communes since 2025-07-01, as they are set up in a database without those of before. */
export function communesOfToday (): Commune[] {
  return unitsOf(provinceNamed('Thanh Hóa'), 'H56').filter(({ level }) => level === 'commune')
}

/** The reform of Thanh Hóa in the order of its days: from the units of 2021 to those of today. */
export function eventSets (communes: readonly Commune[]): UnitChangeEnvelope[] {
  return [fewerCommunes(), fewerDepartments(), twoLevels(communes)]
}

/** From 27 districts and 559 communes to 26 and 547. Whom the twelve that ended went to was not published. */
function fewerCommunes (): UnitChangeEnvelope {
  const rows = rowsOf<'code' | 'name' | 'district'>('communes-2025-01-01.csv')
  return {
    effective_on: '2025-01-01',
    document: { number: '1238/NQ-UBTVQH15', date: '2024-10-24', issuer: 'Ủy ban Thường vụ Quốc hội' },
    events: [
      ...rows.flatMap(({ code, name, district }) => [
        ...name === '' && district === '' ? [{ type: 'abolish', unit: `H56-${code}` }] : [],
        ...name === '' ? [] : [{ type: 'rename', unit: `H56-${code}`, name, kind: kindOf(name) }],
        ...district === '' ? [] : [{ type: 'move', unit: `H56-${code}`, parent: `H56-${district}` }]
      ]),
      { type: 'merge', units: [DONG_SON], into: CITY_OF_THANH_HOA }
    ]
  }
}

function kindOf (name: string): string {
  return KINDS.find(([type]) => name.startsWith(type))![1]
}

function fewerDepartments (): UnitChangeEnvelope {
  const isNew = (code: string): code is keyof typeof NEW_DEPARTMENTS => code in NEW_DEPARTMENTS
  return {
    effective_on: '2025-03-01',
    document: { number: '45/2025/NĐ-CP', date: '2025-02-28', issuer: 'Chính phủ' },
    events: Object.entries(TAKEN_OVER).map(([code, ended]) => {
      const id = `H56-${code}`
      const created = isNew(code)
        ? { ...NEW_DEPARTMENTS[code], code: id, level: 'province', parent: 'H56', reports_dossiers: true }
        : id
      return { type: 'merge', units: ended.map(one => `H56-${one}`), into: created }
    })
  }
}

/** From 26 districts and 547 communes to 166 communes. The parts of those that were split are estimates. */
function twoLevels (communes: readonly Commune[]): UnitChangeEnvelope {
  const successions = rowsOf<'old' | 'new'>('successors-2025-07-01.csv')
  const successors = Map.groupBy(successions, ({ old }) => old)
  const predecessors = Map.groupBy(successions, ({ new: code }) => `H56-${code}`)
  const isWhole = (code: string) => successors.get(code)!.length === 1
  const districts = units().filter(({ level, code }) => level === 'district' && code !== DONG_SON)
  return {
    effective_on: SINCE,
    document: { number: '1686/NQ-UBTVQH15', date: '2025-06-16', issuer: 'Ủy ban Thường vụ Quốc hội' },
    events: [
      ...communes.map(({ code, name, kind, level, parent, reports_dossiers }) => {
        const whole = predecessors.get(code)!.map(({ old }) => old).filter(isWhole)
        const unit = { code, name, kind, level, parent, reports_dossiers, aliases: [code.replace('H56-', 'gso:')] }
        // None consists of parts alone.
        return { type: 'merge', units: whole.map(old => `H56-${old}`), into: unit }
      }),
      ...[...successors].filter(([code]) => !isWhole(code)).map(([code, parts]) => (
        { type: 'split', unit: `H56-${code}`, into: equalShares(parts.map(part => `H56-${part.new}`)) })),
      ...districts.map(({ code: unit }) => ({ type: 'abolish', unit }))
    ]
  }
}

/** Of whole percents, so that parts of a count add to it. The first has what is left of a third. */
function equalShares (units: string[]) {
  const percent = Math.floor(100 / units.length)
  return units.map((unit, i) => ({ unit, share: (i > 0 ? percent : 100 - (units.length - 1) * percent) / 100 }))
}

function rowsOf<Column extends string> (file: string): Record<Column, string>[] {
  return parse<Record<Column, string>>(readFileSync(new URL(file, import.meta.url)), { columns: true })
}
