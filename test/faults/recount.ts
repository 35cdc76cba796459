import { MEASURES } from '../../src/form-ii06a/measures.ts'
import type { Postgres } from '../postgres.ts'

const SET = 'province_code, period, unit, scope, source'
const LEVEL = 'province_code, period, level'
const SUMS = MEASURES.flatMap(measure => [measure, `${measure}_unknown`])

/** Every set as its rows add up, and whether it is the one that counts. */
const SETS = `
  select ${SET}, level, count(reported) as row_count,
    row_number() over (
      partition by province_code, period, unit, scope order by precedence desc, changed_at desc, source) = 1 as counts,
    ${MEASURES.map(measure => `coalesce(sum(reported.${measure}), 0) as ${measure},
      count(reported) - count(reported.${measure}) as ${measure}_unknown`).join()}
  from statistics_sets join sources on sources.code = source left join dossier_statistics as reported using (${SET})
  group by ${SET}, level, precedence, changed_at`

const LEVELS = `
  select ${LEVEL}, count(*) as units_reported, ${SUMS.map(sum => `sum(${sum}) as ${sum}`).join()}
  from (${SETS}) as sets where counts and scope = 'own' group by ${LEVEL}`

/**
 * Counts all over again what the service keeps sums of.
 * @returns rows of `statistics_sets` and `statistics_by_level` that are not what the rows below them add up to, as they
 * are stored and as they should be
 */
export async function wrongSums (postgres: Postgres, url: string): Promise<object[]> {
  return [
    ...await differences(postgres, url, [SET, 'row_count', 'counts', ...SUMS], 'statistics_sets', SETS),
    ...await differences(postgres, url, [LEVEL, 'units_reported', ...SUMS],
      'statistics_by_level', LEVELS, 'units_reported > 0')
  ]
}

async function differences (
  postgres: Postgres, url: string, columns: string[], table: string, counted: string, condition = 'true'
) {
  const kept = `select ${columns.join()} from ${table} where ${condition}`
  const right = `select ${columns.join()} from (${counted}) as counted`
  return await postgres.query(`(${kept} except ${right}) union all (${right} except ${kept})`, [], url) as object[]
}
