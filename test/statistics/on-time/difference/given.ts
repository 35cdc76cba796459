import fc from 'fast-check'
import { sql } from 'kysely'
import type { Choices } from '../../../../src/dossiers/counting-rules/schema.ts'
import type { Db } from '../../../../src/database/connect.ts'
import { onTime } from '../../../../src/statistics/on-time/queries.ts'
import { countables, instants } from '../../../dossiers/arbitrary.ts'
import { FIELDS, LEVELS } from '../../../dossiers/catalogue.ts'

const dossier = fc.record({
  countable: countables, unit: fc.constantFrom(...Object.keys(LEVELS)),
  procedure: fc.constantFrom(...Object.keys(FIELDS))
}).map(({ countable, ...others }) => ({ ...countable, ...others }))

/** Versions of some dossiers, of which a few move, end and are taken up again. */
export const histories = fc.array(fc.array(fc.record({ dossier, updated_at: instants }), {
  minLength: 1, maxLength: 3
}), { minLength: 1, maxLength: 12 }).map(all => all.map((sent, i) => sent.map(({ dossier, updated_at: at }, n) => {
  const updated = Math.max(at, dossier.received_at) + n * 1000
  return { ...dossier, code: `000.00.00.H56-210101-${i}`, updated_at: updated }
}).toSorted((a, b) => a.updated_at - b.updated_at)))

export async function givenRules (db: Db, code: string, choices: Choices) {
  await sql`delete from counting_rules where code = ${code}`.execute(db)
  await sql`insert into counting_rules (code, version, valid_from, name, source, choices)
    values (${code}, 1, '2020-01-01', 'Bất kỳ', 'Thử', ${JSON.stringify(choices)}::jsonb)`.execute(db)
}

/** The figure of records by some rules, as it is asked for alone. */
export async function figureBy (db: Db, rules: string, asked: object, now: number) {
  const { items: [row] } = await onTime(db, { ...asked, rules, basis: 'records' }, { limit: 1 }, null, now)
  return [row!.numerator!, row!.denominator!] as const
}
