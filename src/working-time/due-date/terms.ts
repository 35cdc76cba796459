import type { Db } from '../../database/connect.ts'

/**
 * The terms of procedures by law, in working days. null: unknown, or there is none; undefined: there is no such
 * procedure.
 * @param codes of the procedures; left out: of all
 * @returns looks a term up by the code of its procedure, and by the instant of reception
 */
export async function statutoryTerms (
  db: Db, codes?: readonly string[]
): Promise<(procedure: string, received: number) => number | null | undefined> {
  if (codes?.length === 0) return () => undefined
  const procedures = db.selectFrom('procedures').select(['code', 'statutory_working_days'])
  const rows = await (codes === undefined ? procedures : procedures.where('code', 'in', codes)).execute()
  const terms = new Map(rows.map(({ code, statutory_working_days: days }) => [code, days]))
  return procedure => terms.get(procedure)
}
