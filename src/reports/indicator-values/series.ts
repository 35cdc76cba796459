import { DomainError, type Issue } from '../../contract/errors.ts'
import type { Db } from '../../database/connect.ts'
import { indicatorsOf } from '../indicators/queries.ts'
import type { Indicator } from '../indicators/schema.ts'
import type { IndicatorValueQuery } from './schema.ts'

/** An indicator, with the asked one whose series it is in. */
export interface InSeries extends Pick<Indicator, 'form' | 'code'> {
  series: string
}

/** An indicator with what it continues. */
export type Chained = Pick<Indicator, 'form' | 'code' | 'corresponds_to'>

/**
 * The indicators of the series that are asked for, through all forms.
 * @throws DomainError `invalid_request` without indicators, or without the one form that they are of
 */
export async function followed (db: Db, { form = [], indicator: codes }: IndicatorValueQuery): Promise<InSeries[]> {
  const issues: Issue[] = [
    ...codes === undefined ? [{ pointer: '/query/indicator', code: 'missing' as const, detail: 'follow needs the indicators to follow' }] : [],
    ...form.length === 1 ? [] : [{ pointer: '/query/form', code: 'missing' as const, detail: 'follow needs the one form that the indicators are of' }]
  ]
  if (issues.length > 0) throw new DomainError('invalid_request', issues.map(({ detail }) => detail).join('; '), issues)
  const forms = (await db.selectFrom('forms').select('code').execute()).map(({ code }) => code)
  const all = await indicatorsOf(db, forms)
  const asked = all.filter(one => one.form === form[0] && codes!.includes(one.code))
  const found = new Map(asked.flatMap(one => seriesOf(all, one)).toReversed().map(one => [keyOf(one), one]))
  return [...found.values()]
}

/** What an indicator continues, and what continues it. */
export function seriesOf (all: readonly Chained[], asked: Chained): InSeries[] {
  const byKey = new Map(all.map(one => [keyOf(one), one]))
  const before = ({ corresponds_to: earlier }: Chained) => (
    earlier === null ? [] : [byKey.get(keyOf({ form: earlier.form, code: earlier.indicator }))!])
  const after = (one: Chained) => all.filter(later => before(later)[0] === one)
  const found = new Set([...reachedFrom(asked, before), ...reachedFrom(asked, after)])
  return [...found].map(({ form, code }) => ({ form, code, series: asked.code }))
}

/** Each once, whatever forms say of one another. */
function reachedFrom (first: Chained, next: (one: Chained) => Chained[]): Set<Chained> {
  const reached = new Set([first])
  // A set goes on through what is added meanwhile.
  for (const one of reached) for (const other of next(one)) reached.add(other)
  return reached
}

function keyOf ({ form, code }: Pick<Indicator, 'form' | 'code'>): string {
  return `${form} ${code}`
}
