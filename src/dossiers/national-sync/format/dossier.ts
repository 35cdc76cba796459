import type { Issue } from '../../../contract/errors.ts'
import type { DossierItem, SupplementItem } from '../../schema.ts'
import { nationalDetails } from './details.ts'
import {
  fault, isNoInstant, isNothing, isSent, readChoice, readInstant, readList, readText, type Sent, type SentInstant
} from './values.ts'

/**
 * What a code looks like: `000.17.22.H56-210531-0001`, `H15.50.05.13-261008-0975`, 13 digits or more as in
 * `00352112000539`, or `03706/2026/07906`. Any other text may be a name, a phone number or an identity number, which
 * must not become the code of a dossier.
 */
export const CODE = /^(?:(?:\d{2,3}\.)*[A-Za-z]\d{2}(?:\.\d{2,3})*-\d{6}-\d{1,10}|\d{13,20}|\d{1,8}\/\d{4}\/\d{1,8})$/
/** `1.001612`, `2.000815.000.00.00.H56`. One that is unknown is kept, so nothing in it may be a name or a telephone. */
const PROCEDURE = /^[1-9]\.\d{6}(?:(?:\.\d{2,3}){0,4}\.[A-Z]\d{2})?$/

const CHANNELS = new Map([['1', 'direct'], ['2', 'online'], ['3', 'postal']] as const)
export const STATUSES = new Map(Array.from({ length: 10 }, (_, i) => [String(i + 1), i + 1]))
const NONE: SupplementItem[] = []
const REGISTERED = 1
const NOT_ACCEPTED = 3

const DAY = 86_400_000

/**
 * A dossier of the national format as a record of this service, or all that is wrong with it, with pointers into what
 * was sent. Only what is read here goes on: everything about the applicant stays behind. The `unit` is what it gives as
 * its office, which need not be one; empty: nothing. `updated_at`, which the format does not have, is the newest of
 * what has happened to the dossier, to the second; its milliseconds are the status, so that of two versions without any
 * other sign the one that is further on is newer.
 * @param now in milliseconds since 1970
 */
export function nationalDossier (sent: unknown, now: number): DossierItem | Issue[] {
  if (!isSent(sent)) return [fault('', 'invalid_type')]
  const issues: Issue[] = []
  const code = readText(sent, 'MaHoSo', CODE, issues)
  const procedure = readText(sent, 'MaTTHC', PROCEDURE, issues)
  const channel = readChoice(sent, 'KenhThucHien', CHANNELS, issues) ?? 'direct'
  const status = statusIn(sent, 'TrangThaiHoSo', issues)
  const submitted = readInstant(sent, 'NgayNopHoSo', issues)
  const received = readInstant(sent, 'NgayTiepNhan', issues)
  const due = readInstant(sent, 'NgayHenTra', issues)
  const finished = readInstant(sent, 'NgayKetThucXuLy', issues)
  const returned = readInstant(sent, 'NgayTra', issues)
  const refused = readInstant(sent, 'NgayTuChoi', issues)
  // Before it is accepted a dossier counts nowhere, and has no date of reception yet.
  const isAccepted = status !== REGISTERED && status !== NOT_ACCEPTED
  const begun = received ?? (isAccepted ? undefined : submitted ?? refused)
  if (begun === undefined && isNoInstant(sent['NgayTiepNhan'])) issues.push(fault('NgayTiepNhan', 'missing'))
  const supplements = supplementsIn(sent, issues)
  const details = nationalDetails(sent, status, issues)
  const happened = [submitted, received, finished, returned, refused]
  for (const supplement of supplements) happened.push(...supplement.happened)
  const newest = newestOf(happened, now)
  if (issues.length === 0 && newest === null) issues.push(fault('NgayTiepNhan', 'out_of_range'))
  if (issues.length > 0) return issues

  return {
    code: code!, unit: officeIn(sent), procedure: procedure!, channel, status, received_at: begun!.text,
    due_at: due?.text ?? null, finished_at: finished?.text ?? null, returned_at: returned?.text ?? null,
    updated_at: new Date(newest! + status).toISOString(),
    supplements: supplements.length === 0 ? NONE : supplements.map(({ item }) => item),
    submitted_at: submitted?.text ?? null, refused_at: refused?.text ?? null,
    // Name by name: spread, they would cost as much as reading all dates.
    parts: details.parts, digitised_parts: details.digitised_parts, data_reused: details.data_reused,
    national_store_parts: details.national_store_parts, electronic_result: details.electronic_result,
    has_fee: details.has_fee, paid_online: details.paid_online, payment_channel: details.payment_channel,
    databases_used: details.databases_used, identity_verified: details.identity_verified
  }
}

function officeIn ({ DonViXuLy: office }: Sent): string {
  return typeof office === 'string' ? office.trim() : ''
}

/** Codes that are longer are left to the check of records. */
const CERTAIN_LENGTH = 50

/**
 * Whether what `nationalDossier` makes certainly is a record: without lists, nothing in it can be too long or too many.
 * Local time of the first day of year 1 is in a year 0 in UTC, which there is not.
 */
export function isCertain (
  { code, updated_at: at, supplements, parts, databases_used: databases }: DossierItem
): boolean {
  const isPlain = supplements === NONE && parts === undefined && databases === undefined
  return isPlain && code.length <= CERTAIN_LENGTH && !at.startsWith('0000')
}

/** @returns 0 where it is at fault */
export function statusIn (sent: Sent, name: string, issues: Issue[]): number {
  if (isNothing(sent[name])) issues.push(fault(name, 'missing'))
  return readChoice(sent, name, STATUSES, issues) ?? 0
}

/**
 * The newest of some instants, in milliseconds, to the second; null: there is none. What is over a day from now has
 * not happened: it is a plan or a mistake.
 */
export function newestOf (instants: readonly (SentInstant | undefined)[], now: number): number | null {
  let newest = -Infinity
  for (const instant of instants) {
    if (instant === undefined) continue
    // A second less than ingest allows, as the status is added.
    if (instant.milliseconds < now + DAY - 1_000) newest = Math.max(newest, instant.milliseconds)
  }
  return newest === -Infinity ? null : Math.floor(newest / 1_000) * 1_000
}

interface Supplement {
  item: SupplementItem
  happened: (SentInstant | undefined)[]
}

const NO_SUPPLEMENTS: Supplement[] = []

function supplementsIn (sent: Sent, issues: Issue[]): Supplement[] {
  const list = 'DanhSachHoSoBoSung'
  const sentList = readList(sent, list, issues)
  // Nearly always.
  if (sentList === undefined) return NO_SUPPLEMENTS
  return sentList.flatMap((one, i) => {
    const instant = (name: string) => readInstant(one, name, issues, `${list}/${i}/${name}`)
    const [requested, completed] = [instant('NgayBoSung'), instant('NgayTiepNhanBoSung')]
    const [oldDue, newDue] = [instant('NgayHenTraTruoc'), instant('NgayHenTraMoi')]
    if (requested === undefined) {
      if (isNoInstant(one['NgayBoSung'])) issues.push(fault(`${list}/${i}/NgayBoSung`, 'missing'))
      return []
    }
    const item = {
      requested_at: requested.text, completed_at: completed?.text ?? null, old_due_at: oldDue?.text ?? null,
      new_due_at: newDue?.text ?? null
    }
    return [{ item, happened: [requested, completed] }]
  })
}
