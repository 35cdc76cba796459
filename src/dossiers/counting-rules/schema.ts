// How a dossier counts is a matter of choices, each between two ways that are in use. Counting rules (a profile) are
// one choice of each, as data.
import { Type, type Static } from 'typebox'
import { Code, Day, ListOf, Name, Named, OneOf } from '../../contract/fields.ts'
import { FormatQuery } from '../../contract/formats.ts'
import { PageQuery } from '../../contract/paging.ts'

/** The two ways of each choice. The first is the default of this service. */
export const CHOICES = {
  due_until: ['due_instant', 'end_of_due_day'],
  open_on_due_day: ['overdue', 'in_time'],
  open_supplement: ['in_time', 'request_is_end'],
  repeated_request: ['as_one', 'overdue'],
  withdrawn: ['by_end', 'on_time'],
  stopped: ['ended', 'open_in_time'],
  financial_obligation: ['open', 'open_in_time'],
  no_due_date: ['in_time', 'procedure_term'],
  refused_after_acceptance: ['not_counted', 'ended']
} as const
export type ChoiceName = keyof typeof CHOICES
export const CHOICE_NAMES = Object.keys(CHOICES) as ChoiceName[]
/** One choice of each. */
export type Choices = { [N in ChoiceName]: typeof CHOICES[N][number] }

const FROM = {
  portal: 'Published rule of the portal (formula of criterion 2.1).',
  software: 'Found from provincial one-stop software.'
}

const MEANINGS: Record<ChoiceName, string> = {
  due_until: 'Until when an end is in time. `due_instant`: until the due instant, to the second (published rule of the portal: ' +
    'end ≤ NgayHenTra). `end_of_due_day`: until the end of the due day (found from provincial one-stop software, which compares days).',
  open_on_due_day: 'What is open at the end of its due day. `overdue`: overdue from the end of that day on. `in_time`: in time on ' +
    'that day, overdue from the next day on (published rule of the portal: an open dossier is compared by the last day of the ' +
    'period; provincial software compares by day as well).',
  open_supplement: 'An open dossier with one request to supplement that is not complete. `in_time`: it is open, and in time from the request on. ' +
    `\`request_is_end\`: it ended when the supplement was requested. ${FROM.portal} It counts as open again once the supplement has ` +
    'come, in past days too, since the portal judges a dossier as it is now.',
  repeated_request: 'An open dossier of which a supplement was requested more than once. `as_one`: like with one request. `overdue`: ' +
    `it is overdue from the second request on. ${FROM.portal}`,
  withdrawn: 'A withdrawn dossier (status 7). `by_end`: in time if it was withdrawn in time (published rule of the portal, for ' +
    `what had been accepted). \`on_time\`: always on time. ${FROM.software}`,
  stopped: 'A stopped dossier (status 8). `ended`: it has ended (published rule of the portal). `open_in_time`: it is open, and in ' +
    `time. ${FROM.software}`,
  financial_obligation: 'A dossier that waits for a financial obligation (status 6). `open`: it is open, and its due date runs; ' +
    `how the portal counts it is not known. \`open_in_time\`: it is open, and in time. ${FROM.software}`,
  no_due_date: 'A dossier without a due date. `in_time`: in time. `procedure_term`: due at the end of the last working day of the ' +
    'statutory term of its procedure on the day of reception, by the working calendar of its province, plus the time of complete ' +
    'supplements (published rule of the portal: end − start − supplements ≤ the maximum of the procedure; that working days are ' +
    'counted like this is not known). In time where the term or the calendar is unknown.',
  refused_after_acceptance: 'A dossier that was refused (status 3) after it had been accepted, as far as its source says both ' +
    `that and when. \`not_counted\`: it counts nowhere. \`ended\`: it ended when it was refused, without a result. ${FROM.portal}`
}

function choices<T> (one: (name: ChoiceName) => T) {
  return Object.fromEntries(CHOICE_NAMES.map(name => [name, one(name)])) as Record<ChoiceName, T>
}
type OneOfChoice<N extends ChoiceName> = ReturnType<typeof OneOf<typeof CHOICES[N][number]>>
const ChoiceProperties = choices(name => (
  OneOf(CHOICES[name] as readonly string[], { description: MEANINGS[name] })
)) as unknown as { [N in ChoiceName]: OneOfChoice<N> }
const PostedChoices = choices(name => Type.Optional(OneOf(CHOICES[name] as readonly string[], {
  description: MEANINGS[name], default: CHOICES[name][0]
}))) as unknown as { [N in ChoiceName]: ReturnType<typeof Type.Optional<OneOfChoice<N>>> }

/** The rules of this service, which choose the first of each. */
export const DEFAULT_RULES = 'default'
export const DEFAULT_CHOICES = choices(name => CHOICES[name][0]) as Choices

const Properties = {
  code: Code('Code of the rules.'),
  valid_from: Day('First day of the version: questions about spans that end on it or later are answered by it, until the next version.'),
  name: Name('Name, in Vietnamese.'),
  source: Name('Where the choices come from: a decision, a published rule, software, or figures.')
}

export const CountingRules = Named('CountingRules', 'A version of counting rules (quy tắc đếm): how dossiers count.', {
  code: Properties.code,
  version: Type.Integer({ description: 'Number of the version, from 1 in the order of `valid_from`.', minimum: 1 }),
  valid_from: Properties.valid_from,
  name: Properties.name,
  source: Properties.source,
  built_in: Type.Boolean({ description: 'Whether it comes with the service. Such rules cannot be changed.' }),
  kept: Type.Boolean({
    description: 'Whether sums by these rules are kept, nearly as fast to read as those of `default`. What has no due date is not in them where ' +
      '`no_due_date` is `procedure_term`: it is counted for each question, by the terms and the calendar as they are then. By other ' +
      'rules all dossiers are counted one by one for each question.'
  }),
  ...ChoiceProperties
})
export type CountingRules = Static<typeof CountingRules>

export const CountingRulesItem = Named('CountingRulesItem', 'Counting rules to post, by code and `valid_from`. A choice that is ' +
  'left out is that of `default`.', { ...Properties, ...PostedChoices })
export type CountingRulesItem = Static<typeof CountingRulesItem>

export const CountingRulesQuery = Type.Object({
  code: ListOf(Code('Code'), 'Only these rules.'),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type CountingRulesQuery = Static<typeof CountingRulesQuery>

/** Of a question about records. */
export const RulesFilter = Type.Optional(Code('Code of the counting rules (`/v1/counting-rules`) by which dossiers ' +
  'count; with `records` only. The version of the last day asked for answers, or, where that is over later, of today. By other ' +
  'rules than `default` dossiers are counted one by one, which takes longer, unless sums by them are kept. Default: `default`.'))

export const RulesColumns = {
  rules: Type.Unsafe<string | null>({ type: ['string', 'null'], description: 'Code of the counting rules. null: counted from reports, by the rules of those who report.' }),
  rules_version: Type.Unsafe<number | null>({ type: ['integer', 'null'], minimum: 1, description: 'Version of the counting rules. null: counted from reports.' })
}
