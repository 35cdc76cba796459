import { EXAMPLE } from '../../../src/evaluation/par-index/forms/example.ts'
import { givenClient } from '../../client.ts'
import type { Answer, Service } from '../../database.ts'
import { item, send } from '../../dossiers/given.ts'

export type Row = Record<string, unknown>

export const PERIOD = 'cal-2021'

/** The form of the contract's examples, for districts in the year of which there are records. */
export const FORM = {
  ...EXAMPLE, code: 'par-2021', valid_from: '2021-01-01', within: 'H56', levels: ['district'], kinds: null,
  units: ['H56-380', 'H56-381', 'H56-382', 'H56-384', 'H56-385']
}

const of = (unit: string, criterion: string, given: object) => (
  { unit, period: PERIOD, form: FORM.code, criterion, ...given })
const RATES = { 2.1: ['numerator', 'denominator'], 3: ['satisfied', 'asked'] } as const

/** Counts of a criterion that has a rate. */
export function rate (
  unit: string, criterion: `${keyof typeof RATES}`, numerator: number, denominator: number, given = {}
) {
  const [n, d] = RATES[criterion as unknown as keyof typeof RATES]
  return of(unit, criterion, { inputs: { [n]: numerator, [d]: denominator }, ...given })
}

export function points (unit: string, criterion: string, points: number, given = {}) {
  return of(unit, criterion, { points, ...given })
}

export function answer (unit: string, answer: string, given = {}) {
  return of(unit, '1.2', { inputs: { answer }, ...given })
}

/** Of what the service counts. */
export function counts (unit: string, numerator: number, denominator: number, given = {}) {
  return of(unit, '2.2', { inputs: { numerator, denominator }, ...given })
}

/** Writers that stand for units, for who surveys and for who appraises. */
export async function givenWriters (service: Service) {
  const client = async (code: string, scopes: string[], given = {}) => (
    (await givenClient(service, code, { scopes, unit: 'H56', ...given })).headers)
  const units = await client('units', ['write:indicators'])
  const surveyor = await client('surveyor', ['write:statistics'], { source: 'survey-2021' })
  const appraiser = await client('appraiser', ['approve'])
  const post = async (stage: string, headers: Record<string, string>, items: object[]) => {
    const { status, text } = await service.post(`/v1/par-index-scores/${stage}`, { items }, headers)
    if (status !== 200) throw new Error(text)
  }
  return {
    units, surveyor, appraiser,
    selfScored: (...items: object[]) => post('self', units, items),
    surveyed: (...items: object[]) => post('survey', surveyor, items),
    appraised: (...items: object[]) => post('appraised', appraiser, items)
  }
}

export async function givenForm ({ post }: Pick<Service, 'post'>, form: object = FORM) {
  const { status, text } = await post('/v1/par-index-forms', { items: [form] })
  if (status !== 200) throw new Error(text)
}

/** Dossiers of a unit that ended in 2021, so many on time and so many late. */
export async function givenEnded ({ db }: Pick<Service, 'db'>, unit: string, onTime: number, late: number) {
  const all = Array.from({ length: onTime + late }, (_, i) => item({
    code: `${unit}-${i}`, unit, status: 10, received_at: '2021-06-01T08:00:00+07:00', due_at: '2021-06-10T17:00:00+07:00',
    finished_at: `2021-06-${i < onTime ? '09' : '11'}T08:00:00+07:00`, updated_at: '2021-06-12T08:00:00+07:00'
  }))
  await send(db, all)
}

export const rowsOf = ({ body }: Answer, ...names: string[]) => (
  (body.items as Row[]).map(row => names.map(name => row[name])))
export const faultsOf = ({ body }: Answer) => (
  (body.errors as { pointer: string, code: string }[]).map(({ pointer, code }) => `${pointer} ${code}`))
