import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import { nearestTo } from '../../text/nearest.ts'
import { searchName } from '../../text/search-name.ts'

export interface Division {
  /** Of the statistical office. */
  code: string
  /** With its type: Tỉnh, Thành phố, Xã, Phường, Đặc khu. */
  name: string
}

const TYPE_OF_PROVINCE = /^(tinh\s+|thanh pho\s+|tp[.\s]\s*)/

/** The provinces since 2025-07-01. */
export function provinces (): Division[] {
  return rowsOf<Division>('provinces-2025.csv')
}

export function communesOf ({ code: province }: Division): Division[] {
  return rowsOf<Division & { province: string }>('communes-2025.csv').filter(row => row.province === province)
}

/**
 * @param text a name, with or without accents and type, or a statistical code
 * @throws Error with one line, which offers the nearest name
 */
export function provinceNamed (text: string): Division {
  const all = provinces()
  const isCode = /^\d+$/.test(text)
  const name = shortName(text)
  const found = all.find(province => isCode ? province.code === text.padStart(2, '0') : shortName(province.name) === name)
  if (found !== undefined) return found
  if (isCode) throw new Error(`no province has the statistical code ${text} since 2025-07-01`)
  const nearest = nearestTo(name, all.map(province => shortName(province.name)))
  const { name: offered } = all.find(province => shortName(province.name) === nearest)!
  throw new Error(`there is no province ${text} among the ${all.length} since 2025-07-01; the nearest name is ${offered}`)
}

function shortName (name: string): string {
  return searchName(name).replace(TYPE_OF_PROVINCE, '')
}

function rowsOf<Row> (file: string): Row[] {
  return parse<Row>(readFileSync(new URL(file, import.meta.url)), { columns: true })
}
