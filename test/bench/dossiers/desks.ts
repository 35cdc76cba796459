import type { ProcedureItem } from '../../../src/catalogue/procedures/schema.ts'
import { communesOfToday } from '../../../src/seed/reform/event-sets.ts'
import { departmentsOfToday } from '../../../src/seed/reform/departments.ts'
import { caseloadOf, caseloadOfToday, type Caseload, type Reporting } from '../../../src/seed/sample/caseload.ts'
import { FIELDS } from '../../../src/seed/catalogue/fields.ts'
import { PROCEDURES } from '../../../src/seed/catalogue/procedures.ts'
import { randomFrom } from '../../../src/seed/sample/random.ts'
import { units } from '../../../src/seed/catalogue/units.ts'

/** As many as the report of 2021 counts. */
const COUNT = 2_079
const LEVELS = ['province', 'district', 'commune']

/** Something drawn as often as it weighs, in the time of one look-up. */
class Urn<T> {
  readonly #slots: T[] = []

  constructor (weighed: readonly (readonly [T, number])[], slots: number) {
    const whole = weighed.reduce((sum, [, weight]) => sum + weight, 0)
    let until = 0
    for (const [one, weight] of weighed) {
      until += weight / whole * slots
      while (this.#slots.length < until - 1e-6) this.#slots.push(one)
    }
  }

  draw (random: () => number): T {
    return this.#slots[Math.floor(random() * this.#slots.length)]!
  }
}

/** A unit that takes in dossiers, with what comes in at it. */
export interface Desk {
  unit: string
  level: string
  /** What its dossiers' codes begin with. */
  prefix: string
  field: string
  procedures: Urn<string>
}

/** The known procedures and made-up ones, as many as the province has: each field has some at each level. */
export function procedures (): ProcedureItem[] {
  const random = randomFrom('procedures')
  const madeUp = Array.from({ length: COUNT - PROCEDURES.length }, (_, i): ProcedureItem => ({
    code: `9.${String(i + 1).padStart(6, '0')}`,
    name: `Thủ tục tự đặt ${i + 1}`,
    field: FIELDS[i % FIELDS.length]!.code,
    level: LEVELS[Math.floor(random() ** 2 * LEVELS.length)]!,
    interlinked: 'none',
    valid_from: '2015-01-01'
  }))
  return [...PROCEDURES, ...madeUp]
}

/** Draws desks of 2021. */
export function desks (): Urn<Desk> {
  return desksOf(units().filter(unit => unit.reports_dossiers), caseloadOf)
}

/** Draws desks of the units since the reform of 2025. */
export function desksOfToday (): Urn<Desk> {
  const departments = departmentsOfToday().map(code => ({ code: `H56-${code}`, level: 'province', kind: 'department' }))
  return desksOf([...departments, ...communesOfToday()], caseloadOfToday)
}

/** By what is usual for units of their kind, and one may have twenty times as much to do as its like. */
function desksOf (reporting: Reporting[], usualOf: (unit: Reporting) => Caseload): Urn<Desk> {
  const byField = Map.groupBy(procedures(), ({ field }) => field)
  const urns = new Map([...byField].map(([field, some]) => [
    field, new Urn(some.map(({ code }, rank) => [code, 1 / (rank + 1)] as const), 4096)
  ]))
  const weighed = reporting.flatMap((unit, i) => {
    const random = randomFrom(`desk ${unit.code}`)
    const busy = 20 ** (random() - 0.5)
    const prefix = prefixOf(unit.level, i)
    return Object.entries(usualOf(unit)).map(([field, usual]) => (
      [{ unit: unit.code, level: unit.level, prefix, field, procedures: urns.get(field)! }, usual * busy] as const))
  })
  return new Urn(weighed, 1 << 20)
}

/** `000.00.22.H56` is an office of the province or a district, and `000.17.22.H56` one below it. */
function prefixOf (level: string, i: number): string {
  const two = (number: number) => String(number).padStart(2, '0')
  return level === 'commune' ? `000.${two(i % 90 + 10)}.${two(20 + Math.floor(i / 90))}.H56` : `000.00.${two(i)}.H56`
}
