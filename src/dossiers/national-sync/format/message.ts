import { invalid } from '../../../contract/errors.ts'
import { isNothing, isSent } from './values.ts'

export const SERVICES = ['DongBoHoSoMC', 'CapNhatTienDoHoSoMC'] as const
export type Service = typeof SERVICES[number]

export interface Message {
  service: Service
  /** The unit of the sender: a code, an alias of the source, or a national identifier. */
  unit: string
  data: readonly unknown[]
}

/** What a sender may give in the address in place of the message. */
export interface Addressed {
  service?: string | undefined
  MaDinhDanhDV?: string | undefined
}

/** What names a unit in the catalogue. */
export const UNIT = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/

/**
 * What a code of a unit looks like: `H56-380`, `H56.22.17` or `000.17.22.H56`. Of what the catalogue does not have
 * nothing else may be kept: it may be a name, a telephone or an identity number of a person.
 */
const CODE_OF_UNIT = /^(?:[A-Z]\d{2}(?:[.-]\d{1,5}){0,3}|\d{2,3}(?:\.\d{2,3}){0,3}\.[A-Z]\d{2})$/

export function isUnitCode (name: string): boolean {
  return CODE_OF_UNIT.test(name)
}

/**
 * The message in a body: an object with `service`, `madonvi` and `data`, or only the list, with the rest in the
 * address. `session`, `isUpdating` and anything else is not looked at.
 * @throws DomainError `invalid_request`, without any value of the body
 */
export function messageIn (body: unknown, addressed: Addressed): Message {
  const isList = Array.isArray(body)
  if (!isList && !isSent(body)) throw invalid('', 'invalid_type', 'the body must be an object, or a list of dossiers')
  const { service, madonvi, data } = isList ? { data: body } as Record<string, unknown> : body
  if (!Array.isArray(data)) {
    throw data === undefined
      ? invalid('/data', 'missing', 'data is needed: a list of dossiers, or of steps')
      : invalid('/data', 'invalid_type', 'data must be a list')
  }
  return {
    service: isNothing(service) ? serviceOf(addressed.service, '/query/service') : serviceOf(service, '/service'),
    unit: isNothing(madonvi) ? unitOf(addressed.MaDinhDanhDV, '/query/MaDinhDanhDV') : unitOf(madonvi, '/madonvi'),
    data
  }
}

/** The one without a name is that of dossiers: such senders have an address for each. */
export function serviceOf (name: unknown, pointer: string): Service {
  if (isNothing(name)) return 'DongBoHoSoMC'
  const service = SERVICES.find(one => one === name)
  if (service === undefined) throw invalid(pointer, 'not_allowed', `service must be one of ${SERVICES.join(', ')}`)
  return service
}

export function unitOf (name: unknown, pointer: string): string {
  if (isNothing(name)) throw invalid(pointer, 'missing', 'the unit of the sender is needed: madonvi, or MaDinhDanhDV in the address')
  const unit = String(name).trim()
  if (typeof name === 'string' && UNIT.test(unit)) return unit
  throw invalid(pointer, 'malformed', 'the unit of the sender is no code of a unit')
}
