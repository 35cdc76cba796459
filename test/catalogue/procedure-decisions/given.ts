import type { Service } from '../../database.ts'

export const CONTENT = { name: 'Thủ tục thử', field: 'land', level: 'district', interlinked: 'none' }

interface Lists {
  new?: object[]
  amended?: object[]
  replaced?: object[]
  repealed?: readonly string[]
}

/** A decision as it is posted; its number tells it from others. */
export function decision (number: string, day: string, lists: Lists) {
  return { effective_on: day, document: { number, date: '2020-12-01', issuer: 'Chủ tịch UBND tỉnh' }, ...lists }
}

export function decide ({ post }: Pick<Service, 'post'>, number: string, day: string, lists: Lists, query = '') {
  return post(`/v1/procedure-decisions${query}`, decision(number, day, lists))
}

export function withdraw (service: Pick<Service, 'delete'>, id: number) {
  return service.delete(`/v1/procedure-decisions/${id}`, { 'x-reason': 'mistake' })
}

/** What is wrong, as `pointer code`. */
export function faultsOf ({ body }: { body: { errors: { pointer: string, code: string }[] } }): string[] {
  return body.errors.map(({ pointer, code }) => `${pointer} ${code}`)
}
