import { Type, type Static } from 'typebox'
import { Code, Day, Example, Instant, Name, Named, Nullable, OneOf, Text, UnitCode } from '../../contract/fields.ts'

export const STAGES = ['draft', 'submitted', 'approved', 'published'] as const

const STAGE_MEANING = '`draft`: the unit fills it in. `submitted`: it waits for approval; a value that is written makes it a draft ' +
  'again. `approved`, `published`: no value can be written.'

export const SubmissionProperties = {
  stage: OneOf(STAGES, { description: STAGE_MEANING }),
  locked: Type.Boolean({ description: 'Whether no value can be written now: it is approved, or its lock date or the time of its reopening is over.' }),
  nothing_to_report: Type.Boolean({ description: 'Whether the unit said that it has nothing to report.' }),
  due_on: Nullable(Day('By when it is due. null: no day is set.')),
  lock_on: Nullable(Day('The last day on which values can be written. null: no day is set.')),
  sent_at: Nullable(Instant('When the unit first submitted it, which says whether it was late. null: not sent.')),
  submitted_at: Nullable(Instant('When it was submitted last. null: never.')),
  approved_at: Nullable(Instant('When it was approved last. null: never.')),
  published_at: Nullable(Instant('When it was published last. null: never.')),
  reopened_until: Nullable(Instant('Until when it is reopened, or was. null: it was not reopened since it was approved.'))
}

export const ValueCounts = {
  values_given: Type.Integer({ description: 'Values of the form that are given: reported, or stated to have no data.', minimum: 0 }),
  values_of_form: Type.Integer({ description: 'Values that the form asks for.', minimum: 0 })
}

export const Submission = Named('Submission', 'How far the report of a unit for a period is.', {
  unit: UnitCode('Id of the unit.'),
  period: Code('Code of the period.'),
  form: Code('Code of the form.'),
  ...SubmissionProperties,
  reopen_reason: Nullable(Text('Why it was reopened. null: it was not, since it was published last.', 1000)),
  note: Nullable(Text('What the unit noted when it submitted it. null: nothing.', 4000)),
  revision: Nullable(Type.Integer({ description: 'Number of the last revision that was published. null: none.', minimum: 1 })),
  ...ValueCounts
})
export type Submission = Static<typeof Submission>

/** The address of a report. @param example a unit whose report is at a stage at which there is something to show */
export const submissionPath = (example: string) => Type.Object({
  unit: Example(UnitCode('Code of the unit, or an alias as `source:external code`.'), example),
  period: Example(Code('Code of the period.'), '2021-H1')
})
export type SubmissionPath = Static<ReturnType<typeof submissionPath>>

export const ReportFormQuery = Type.Object({
  form: Type.Optional(Code('Code of the form. Default: the form in force on the last day of the period.'))
}, { additionalProperties: false })
export type ReportFormQuery = Static<typeof ReportFormQuery>

export const SubmitBody = Type.Object({
  note: Type.Optional(Nullable(Text('Remark on the report. Needed where its checks have warnings: what the unit says about them.', 4000))),
  nothing_to_report: Type.Optional(Type.Boolean({ description: 'The unit has nothing to report: no value is given.', default: false }))
}, { additionalProperties: false, examples: [{ note: 'Số liệu đến hết ngày 14/6/2021' }] })
export type SubmitBody = Static<typeof SubmitBody>

export const ReopenBody = Type.Object({
  reason: Name('Why it is reopened.'),
  until: Instant('When the reopening ends by itself. It is yet to come.')
}, { additionalProperties: false, examples: [{ reason: 'Sai số liệu chỉ tiêu 3.1.3', until: '2099-12-31T17:00:00+07:00' }] })
export type ReopenBody = Static<typeof ReopenBody>
