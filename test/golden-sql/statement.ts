import type { CompiledQuery } from 'kysely'
import { format } from 'sql-formatter'

/** A statement that is committed as text, so that a change of it can be reviewed. */
export interface GoldenStatement {
  /** Of its file. */
  name: string
  /** The question that it answers, in English. */
  asks: string
  /** The request that asks it; null: several do. */
  address: string | null
  statement: CompiledQuery
}

export function addressOf (path: string, question: object): string {
  const query = Object.entries(question).map(([name, value]) => `${name}=${[value].flat().join()}`)
  return `GET ${path}?${query.join('&')}`
}

const WIDTH = 110
const CLAUSE = /^ *(select|select distinct|from|where|group by|order by|limit|values)$/
const GOES_ON = /^ *(and|or)\b/

/** Joins what fits into a line: the formatter gives a line to each column and each clause. */
function compacted (lines: string[]): string[] {
  const columns = joined(withShortBlocks(lines), (last, line, next = '') => (
    last.endsWith(',') && indentOf(last) === indentOf(line) && [last, line].every(isWhole) && !GOES_ON.test(next)))
  return joined(columns, (last, line, next = '') => (
    CLAUSE.test(last) && isWhole(line) && indentOf(next) <= indentOf(last)))
}

/** Joins what stands in parentheses, or in a case, from the inside to the outside. */
function withShortBlocks (lines: string[]): string[] {
  return lines.reduceRight<string[]>((below, line) => {
    const indent = indentOf(line)
    const end = /\($|^ *case\b/.test(line) ? below.findIndex(other => indentOf(other) <= indent) : -1
    const block = below.slice(0, end + 1).map(other => other.trim()).join(' ')
    const whole = `${line} ${block}`.replaceAll('( ', '(').replaceAll(' )', ')')
    return end < 0 || whole.length > WIDTH ? [line, ...below] : [whole, ...below.slice(end + 1)]
  }, [])
}

function joined (lines: string[], belong: (last: string, line: string, next?: string) => boolean): string[] {
  return lines.reduce<string[]>((above, line, i) => {
    const last = above.at(-1)
    const both = `${last} ${line.trim()}`
    if (last === undefined || both.length > WIDTH || !belong(last, line, lines[i + 1])) return [...above, line]
    return [...above.slice(0, -1), both]
  }, [])
}

function indentOf (line: string): number {
  return line.search(/\S|$/)
}

/** No parentheses, case or condition go over several lines. */
function isWhole (line: string): boolean {
  const isOpen = /^ *(case(?!.*\bend\b)|end)\b/.test(line)
  return line.split('(').length === line.split(')').length && !isOpen && !GOES_ON.test(line)
}

export function textOf ({ asks, address, statement: { sql, parameters } }: GoldenStatement): string {
  return [
    `-- ${asks}`,
    ...address === null ? [] : [`-- ${address}`],
    ...compacted(format(sql, { language: 'postgresql', expressionWidth: WIDTH }).split('\n')),
    ...parameters.map((value, i) => `-- $${i + 1} ${JSON.stringify(value)}`),
    ''
  ].join('\n')
}
