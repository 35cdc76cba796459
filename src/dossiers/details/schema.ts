// What a source may say of a dossier besides what decides where and when it counts: all optional, null when unknown. It
// is stored together in one column, which is null where nothing is given.
import { Type, type Static, type TSchema } from 'typebox'
import { Instant, ListOf, Nullable, OneOf } from '../../contract/fields.ts'

export const ONLINE_SERVICES = ['full', 'partial', 'other'] as const
export const PAYMENT_CHANNELS = ['online', 'direct'] as const
export const LIMIT_UNITS = ['hours', 'days', 'working_days', 'months'] as const

export const MAX_AMOUNT = 1_000_000_000_000
const MAX_PARTS = 10_000
const MAX_LIMIT = 10_000

function amount (description: string) {
  return Type.Integer({ description: `${description} In đồng.`, minimum: 0, maximum: MAX_AMOUNT })
}

function parts (description: string) {
  return Type.Integer({ description, minimum: 0, maximum: MAX_PARTS })
}

/** In the order in which they are stored. The names of instants, and no others, end in `_at`. */
const SCHEMAS = {
  submitted_at: Instant('When it was filed (ngày nộp), not after it was received.'),
  refused_at: Instant('When it was refused. With status 3 it counts nowhere, and is listed as refused.'),
  refused_after_acceptance: Type.Boolean({
    description: 'Whether it had been accepted when it was refused. null: not with status 3, and otherwise it had. A dossier that was ' +
      'accepted and is refused counts as resolved if it is sent as stopped (8).'
  }),
  cancelled: Type.Boolean({
    description: 'true: withdrawn or stopped (status 7 or 8) as a dossier that the form counts in no column, such as one that was ' +
      'entered twice. It leaves the balance as `cancelled`, and is not resolved.'
  }),
  apology: Type.Boolean({
    description: 'Whether an apology for being late was sent (phiếu xin lỗi và hẹn lại ngày trả). Need not be said with `apology_at`.'
  }),
  apology_at: Instant('When the apology was sent.'),
  promised_at: Instant('The new date that the apology promised. It marks a late dossier and never is a due date.'),
  online_service: OneOf(ONLINE_SERVICES, {
    description: 'The online public service through which it came, fully online (toàn trình), partially (một phần) or another. Only with ' +
      'the channel `online`.'
  }),
  non_territorial: Type.Boolean({ description: 'Whether it was received outside of the territory of its unit (phi địa giới).' }),
  fee_due: amount('Fees and charges that are due. 0: none.'),
  fee_paid: amount('What was paid of them.'),
  payment_channel: OneOf(PAYMENT_CHANNELS, { description: 'How it was paid.' }),
  parts: parts('How many parts (thành phần hồ sơ) it has.'),
  digitised_parts: parts('How many of its parts are digitised. 0: none.'),
  electronic_result: Type.Boolean({ description: 'Whether its result was given as an electronic document.' }),
  data_reused: Type.Boolean({ description: 'Whether at least one part was replaced by data that was there already.' }),
  has_fee: Type.Boolean({ description: 'Whether any fee or charge is due, where `fee_due` is not known.' }),
  paid_online: Type.Boolean({
    description: 'Whether it was paid through the payment gateway of the national portal or of the province (thanh toán trực tuyến).'
  }),
  national_store_parts: parts('How many of its parts were taken from the national store of electronic documents (kho dữ liệu quốc gia).'),
  databases_used: parts('How many databases it was connected to (CSDL kết nối). 0: none.'),
  identity_verified: Type.Boolean({ description: 'Whether the account that it was filed with was verified by electronic identity (VNeID).' }),
  case_limit: Type.Integer({
    description: 'The time limit of its case, where that differs from the limit of its procedure. With `case_limit_unit`.',
    minimum: 1, maximum: MAX_LIMIT
  }),
  case_limit_unit: OneOf(LIMIT_UNITS, { description: 'The unit of `case_limit`. `hours` are working hours.' })
}

type Schemas = typeof SCHEMAS
export type DetailName = keyof Schemas
export type InstantDetail = DetailName & `${string}_at`
export const DETAIL_NAMES = Object.keys(SCHEMAS) as DetailName[]

/** As they are sent. */
export type SentDetails = { [N in DetailName]?: Static<Schemas[N]> | null | undefined }
/** As they are shown. */
export type ShownDetails = { [N in DetailName]: Static<Schemas[N]> | null }

function optional<T extends TSchema> (schema: T) {
  return Type.Optional(Nullable(schema))
}

/** Properties of what is sent. */
export const SentDetailProperties = mapped(optional) as { [N in DetailName]: ReturnType<typeof optional<Schemas[N]>> }
/** Properties of what is stored. */
export const DetailProperties = mapped(Nullable) as { [N in DetailName]: ReturnType<typeof Nullable<Schemas[N]>> }

function mapped (map: (schema: TSchema) => TSchema): Record<string, TSchema> {
  return Object.fromEntries(Object.entries(SCHEMAS as unknown as Record<string, { description: string }>)
    .map(([name, schema]) => [name, map({ ...schema, description: `${schema.description} null: unknown.` })]))
}

/** Filters by what is said. They leave out dossiers of which it is unknown. */
export const DetailFilterProperties = {
  online_service: ListOf(OneOf(ONLINE_SERVICES), 'Only dossiers that came through these online services; with `records` only.'),
  non_territorial: isOrNot('received outside of the territory of their unit'),
  apology: isOrNot('with an apology'),
  paid: isOrNot('for which something was paid'),
  payment_channel: ListOf(OneOf(PAYMENT_CHANNELS), 'Only dossiers paid in these ways; with `records` only.'),
  digitised: isOrNot('with digitised parts'),
  electronic_result: isOrNot('with an electronic result'),
  data_reused: isOrNot('in which data was reused'),
  cancelled: isOrNot('that were cancelled')
}

export const DetailFilters = Type.Object(DetailFilterProperties)
export type DetailFilters = Static<typeof DetailFilters>

function isOrNot (what: string) {
  return Type.Optional(Type.Boolean({
    description: `true: only dossiers ${what}; false: only those known not to be; with \`records\` only.`
  }))
}
