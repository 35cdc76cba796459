import type { Formula } from '../../formulas/formula.ts'
import { COMPARED, UNCHANGED } from './names.ts'
import type { Rule } from './schema.ts'

const PLACEHOLDER = /\{([A-Za-z0-9][A-Za-z0-9._:/-]*)\}/g

/** The inputs that the formulas of a rule name, each once, in their order. */
export function inputsOf ({ left, right, right_to: rightTo }: Pick<Rule, 'left' | 'right' | 'right_to'>): string[] {
  return [...new Set([left, right, ...rightTo === null ? [] : [rightTo]].flatMap(namesIn))]
}

function namesIn (formula: Formula): string[] {
  if (formula.op === 'input' || formula.op === 'choice') return [formula.name]
  return Object.values(formula).flatMap((operand: unknown) => [operand].flat()).filter(isFormula).flatMap(namesIn)
}

function isFormula (operand: unknown): operand is Formula {
  return typeof operand === 'object' && operand !== null && 'op' in operand
}

/** Whether a rule is about its indicators together, and not about each of them. */
export function isOfAll (inputs: readonly string[]): boolean {
  return inputs.includes(UNCHANGED) || inputs.includes(COMPARED)
}

export function placeholdersIn (message: string): string[] {
  return [...message.matchAll(PLACEHOLDER)].map(([, name]) => name!)
}

/** A message with its figures. One that is not known, beside a denominator of 0, is shown as a dash. */
export function filledIn (message: string, figures: ReadonlyMap<string, string>): string {
  return message.replaceAll(PLACEHOLDER, (_, name: string) => figures.get(name) ?? '-')
}
