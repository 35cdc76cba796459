/**
 * A derivation with the properties of each node in one order, its operator first: jsonb has an order of its own. So two
 * that say the same are the same text. Of a formula, the inputs come before what is made of them.
 */
export function canonicalDerivation<T> (value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(one => canonicalDerivation(one as unknown)) as T
  const names = Object.keys(value).sort((a, b) => rankOf(a) - rankOf(b) || (a < b ? -1 : 1))
  return Object.fromEntries(names.map(name => [name, canonicalDerivation(value[name as keyof T])])) as T
}

function rankOf (name: string): number {
  return ['op', 'inputs'].includes(name) ? ['op', 'inputs'].indexOf(name) : 2
}
