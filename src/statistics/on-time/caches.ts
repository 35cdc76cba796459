import { StatementCache } from '../../database/sql/cached-statement.ts'
import type { AskedPeriod } from './resolve-query.ts'

/** What the on-time questions of a service share. */
export class OnTimeCaches {
  /** Of the questions that dashboards ask all the time. */
  readonly statements = new StatementCache()
  /** Usual ones by code. Their days follow from their codes, so each is looked up once. */
  readonly periods = new Map<string, AskedPeriod>()
}
