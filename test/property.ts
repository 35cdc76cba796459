import { EMBEDDED } from './database.ts'

/**
 * How often to try a property that takes long: in full on a server alone, and a tenth as often on the embedded
 * database, which needs several times as long for each try. So nothing may be covered by chance alone: what a property
 * meets only now and then has an example of its own.
 */
export function runs (inFull: number): number {
  return EMBEDDED ? Math.ceil(inFull / 10) : inFull
}
