import { MEASURES } from '../../src/form-ii06a/measures.ts'
import type { Postgres } from '../postgres.ts'

const SET = 'province_code, period, unit, scope, source'
const LEVEL = 'province_code, period, level'
const SUMS = MEASURES.flatMap(measure => [measure, `${measure}_unknown`])

/** Every row, and whether it counts: here all are by field. */
const ROWS = `
  select reported.*, level, row_number() over (
      partition by province_code, period, unit, scope, detail_code order by precedence desc, changed_at desc, source
    ) = 1 as should_count
  from statistics_sets join sources on sources.code = source join dossier_statistics as reported using (${SET})`

const SUMMED = MEASURES.map(measure => (
  `sum(coalesce(${measure}, 0)) as ${measure}, count(*) - count(${measure}) as ${measure}_unknown`)).join()

/** Every set as its rows add up, whether any of them counts, and how many do not. */
const SETS = `
  select ${SET}, count(*) as row_count, bool_or(should_count) as counts,
    count(*) filter (where not should_count) as rows_left_out, ${SUMMED}
  from (${ROWS}) as rows group by ${SET}`

const LEVELS = `
  select ${LEVEL}, count(distinct unit) as units_reported, ${SUMMED}
  from (${ROWS}) as rows where should_count and scope = 'own' group by ${LEVEL}`

/**
 * Counts all over again what the service keeps sums of.
 * @returns rows of `statistics_sets` and `statistics_by_level` that are not what the rows below them add up to, as they
 * are stored and as they should be
 */
export async function wrongSums (postgres: Postgres, url: string): Promise<object[]> {
  return [
    ...await differences(postgres, url, [SET, 'row_count', 'counts', 'rows_left_out', ...SUMS], 'statistics_sets', SETS),
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
