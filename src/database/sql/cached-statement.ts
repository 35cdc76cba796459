import type { CompiledQuery, RawBuilder } from 'kysely'
import type { Db } from '../connect.ts'
import { prepared } from './prepared.ts'

/**
 * A parameter that gets its value when the statement is executed. The builder of a statement takes it for that value;
 * to compute with it throws, as there is nothing to compute with yet.
 */
class Slot {
  readonly name: string

  constructor (name: string) {
    this.name = name
  }

  [Symbol.toPrimitive] (): never {
    throw new TypeError(`the value of ${this.name} is not known when its statement is built`)
  }
}

/** Compiled statements, for those that take longer to build and to plan than to run. */
export class StatementCache {
  readonly #compiled = new Map<string, CompiledQuery>()

  /**
   * @param key all that the text of the statement depends on; few, as each connection caches a plan for each of them
   * @param values those of this call
   * @param build called with a slot for each of the values
   */
  compiled<R, V extends object> (
    db: Db, key: string, values: V, build: (slots: V) => RawBuilder<R>
  ): CompiledQuery<R> {
    const statement = this.#compiled.get(key) ?? prepared(build(slotsFor(values))).compile(db)
    this.#compiled.set(key, statement)
    return { ...statement as CompiledQuery<R>, parameters: filled(statement.parameters, values) }
  }
}

function slotsFor<V extends object> (values: V): V {
  return Object.fromEntries(Object.keys(values).map(name => [name, new Slot(name)])) as V
}

/** A list is one parameter, and may hold slots. */
function filled (parameters: readonly unknown[], values: object): unknown[] {
  return parameters.map(parameter => {
    if (parameter instanceof Slot) return values[parameter.name as keyof object]
    return Array.isArray(parameter) ? filled(parameter, values) : parameter
  })
}
