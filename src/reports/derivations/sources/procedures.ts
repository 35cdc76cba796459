import type { ProcedureFacts } from '../../../catalogue/procedures/counts/queries.ts'
import { COUNT_KEYS, FLAGS } from '../../../catalogue/procedures/schema.ts'
import { addressOf, countOf, unknownFor, type Counted } from '../counted.ts'
import type { SourceOf } from '../schema.ts'

/**
 * Procedures of the catalogue that a source asks for. A flag that is not known of one of them leaves the count unknown.
 */
export function countedProcedures (
  facts: readonly ProcedureFacts[], source: SourceOf<'procedures'>, period: string
): Counted {
  const keys = COUNT_KEYS.filter(name => source[name] !== undefined)
  const [group_by] = keys
  // It groups by one key, and knows no flags.
  const isShown = keys.length < 2 && FLAGS.every(name => source[name] === undefined)
  const beside = { url: isShown ? addressOf('/v1/procedures/counts', { period, group_by }) : null }
  if (!facts.some(({ what }) => what === 'in_force')) return unknownFor('nothing_counted', beside)
  const asked = facts.filter(fact => source.counts.includes(fact.what) &&
    keys.every(name => (source[name] as readonly unknown[]).includes(fact[name])) &&
    FLAGS.every(name => source[name] === undefined || (fact[name] ?? source[name]) === source[name]))
  // A procedure without a level is not online, unless nobody has said anything of any.
  const saysNoLevel = keys.includes('online_service_level') &&
    facts.every(({ online_service_level: level }) => level === null)
  const isUnknown = saysNoLevel ||
    asked.some(fact => FLAGS.some(name => source[name] !== undefined && fact[name] === null))
  if (isUnknown) return unknownFor('unknown_of_some', beside)
  return countOf(asked.reduce((sum, { procedures }) => sum + procedures, 0), beside)
}
