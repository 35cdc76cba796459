import { MEASURES, type Measure } from '../../form-ii06a/measures.ts'
import { BASIS_OF, SPANS, type Span } from './schema.ts'

/** Characters that the name of an input, or its placeholder, may have. */
export const INPUT_NAME = /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$/

/** What the formulas of a rule call the indicator that it is tried for. */
export const EACH = 'each'
/** Of how many of its indicators the figure is that of the period before, and of how many both are known. */
export const UNCHANGED = 'unchanged'
export const COMPARED = 'compared'

/** The dossier figures of a basis: of the unit with all units below it, or of those of a level. */
export type DossierFigure = { of: keyof typeof BASIS_OF, level: string | null, measure: Measure }

/** What an input means; `span` null: in the period of the report. */
export type Meaning =
  | { of: 'indicator', span: Span | null, indicator: string, part: 'numerator' | 'denominator' | null }
  | DossierFigure & { span: Span | null }
  | { of: typeof UNCHANGED | typeof COMPARED, span: null }

/**
 * What a name means: `3.1.3`, `before/3.1.3`, `5.1.1/numerator`, `dossiers/resolved`, `records/commune/received`,
 * `opening/dossiers/pending`. A code has no slash, so that a name can be read in one way only.
 * @returns undefined: nothing, whatever the form
 */
export function meaningOf (name: string): Meaning | undefined {
  if (name === UNCHANGED || name === COMPARED) return { of: name, span: null }
  const parts = name.split('/')
  const span = parts.length > 1 ? SPANS.find(one => one === parts[0]) ?? null : null
  const [first, ...rest] = span === null ? parts : parts.slice(1)
  if (isBasis(first)) return dossierFigure(first, rest, span)
  const [part = null, ...others] = rest
  if (others.length > 0 || first === '' || first === undefined) return undefined
  if (part !== null && part !== 'numerator' && part !== 'denominator') return undefined
  return { of: 'indicator', span, indicator: first, part }
}

function isBasis (text: string | undefined): text is keyof typeof BASIS_OF {
  return text !== undefined && Object.hasOwn(BASIS_OF, text)
}

/** Records are those of the period itself, and a series is made of reported figures. */
function dossierFigure (of: keyof typeof BASIS_OF, rest: string[], span: Span | null): Meaning | undefined {
  const [name, level = null, ...others] = rest.toReversed()
  const measure = MEASURES.find(one => one === name)
  const isRead = span === null || (of === 'dossiers' && (span === 'before' || span === 'opening'))
  return measure === undefined || others.length > 0 || !isRead ? undefined : { of, level, measure, span }
}
