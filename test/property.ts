import { EMBEDDED } from './copies.ts'

/**
 * How often to try a property that takes long: in full on a server alone, and a tenth as often on the embedded
 * database, which needs several times as long for each try.
 */
export function runs (inFull: number): number {
  return EMBEDDED ? Math.ceil(inFull / 10) : inFull
}
