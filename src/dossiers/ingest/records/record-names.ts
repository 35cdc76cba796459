import { isStorable } from '../../../text/storable.ts'
import { DossierItem } from '../../schema.ts'

const [UNIT, PROCEDURE] = [DossierItem.properties.unit, DossierItem.properties.procedure].map(schema => (
  new RegExp((schema as unknown as { pattern: string }).pattern, 'u'))) as [RegExp, RegExp]
const LONGEST_STATUS = 100

/** Names of one kind that are held at most; their places are 16-bit numbers. */
const MOST_NAMES = 10_000

/** Names of one kind that are in order, each of which is checked and held once. */
class Names {
  readonly #places = new Map<unknown, number>()
  readonly #names: string[] = []
  readonly #isInOrder: (name: string) => boolean

  constructor (isInOrder: (name: string) => boolean) {
    this.#isInOrder = isInOrder
  }

  /** -1: it is at fault, or one too many. */
  placeOf (name: unknown): number {
    const known = this.#places.get(name)
    if (known !== undefined) return known
    const isNew = typeof name === 'string' && this.#names.length < MOST_NAMES && this.#isInOrder(name)
    if (!isNew) return -1
    this.#places.set(name, this.#names.length)
    return this.#names.push(name) - 1
  }

  at (place: number): string {
    return this.#names[place]!
  }
}

/** What the records of a stream name, as numbers. */
export class RecordNames {
  readonly units = new Names(name => UNIT.test(name))
  readonly procedures = new Names(name => PROCEDURE.test(name))
  readonly statuses = new Names(name => name !== '' && name.length <= LONGEST_STATUS && isStorable(name))
}
