import { sql } from 'kysely'
import { belowQuery } from '../../../src/reports/aggregates/below.ts'
import { figuresByLevel } from '../../../src/reports/aggregates/by-level.ts'
import type { Rule } from '../../../src/reports/aggregates/facts-sql.ts'
import { compiler } from '../../compiler.ts'
import { addressOf, type GoldenStatement } from '../../golden-sql/statement.ts'

const RULE: Rule = {
  form: 'cchc-2021', indicator: '4.1.4.c', rule: 'sum', value: '4.1.4.c', numerator: null, denominator: null, choices: null,
  levels: ['district']
}

const NOW = Date.parse('2021-06-15T08:00:00+07:00')

export const AGGREGATES_SQL: GoldenStatement[] = [
  {
    name: 'below',
    asks: 'What do the units below a unit report together?',
    address: addressOf('/v1/reports/H56/2021-H1', {}).replace('?', ''),
    statement: belowQuery([RULE], { unit: 'H56', period: '2021-H1', now: NOW }).compile(compiler)
  },
  {
    name: 'by-level',
    asks: 'What do the units of each level report together?',
    address: addressOf('/v1/indicator-values', { group_by: 'level', period: '2021-H1' }),
    statement: figuresByLevel([RULE], { periods: ['2021-H1'], units: sql`true`, now: NOW }).compile(compiler)
  }
]
