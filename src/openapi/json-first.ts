/** Any value of a document. */
type Json = null | boolean | number | string | Json[] | { [name: string]: Json }
type Node = Record<string, Json>

/** Where a response or a body lists the media types that generated clients do not use, in the shape of `content`. */
const OTHER_CONTENT = 'x-other-content'

const JSON_TYPE = /^application\/(.+\+)?json$/

/**
 * The same contract in a shape that generators of clients understand:
 * - One media type each, JSON where there is any. Otherwise an answer is a union of an object and texts, and some
 *   generators refuse a body of a type that they do not know. The others are in `x-other-content`.
 * - A value of two types is a choice of schemas.
 * - A property that may be left out has its default in its description. Some generators make one with a `default`
 *   required.
 */
export function jsonFirst (document: object): object {
  return JSON.parse(JSON.stringify(document), (_, value: Json) => isNode(value) ? shaped(value) : value) as object
}

function shaped (node: Node): Node {
  if (isContent(node['content'])) return withOneType(node, node['content'])
  if (Array.isArray(node['type'])) return withChoices(node, node['type'] as string[])
  if (isNode(node['properties'])) return withoutDefaults(node, node['properties'])
  return node
}

function withOneType (node: Node, content: Node): Node {
  const types = Object.keys(content)
  const json = types.filter(type => JSON_TYPE.test(type))
  const first = json.length > 0 ? json : types.slice(0, 1)
  const others = types.filter(type => !first.includes(type))
  const schema = oneSchema(first.map(type => (content[type] as Node)['schema'] as Node))
  return {
    ...node,
    ...(others.length === 0 ? {} : { description: sentences(node['description'], `Also as ${listOf(others)}.`) }),
    content: Object.fromEntries(first.map(type => [type, { ...content[type] as Node, schema }])),
    ...(others.length === 0 ? {} : { [OTHER_CONTENT]: Object.fromEntries(others.map(type => [type, content[type]!])) })
  }
}

/** Generated clients read the JSON of a status in one way, whatever its type. */
function oneSchema (schemas: Node[]): Node {
  return schemas.length === 1 ? schemas[0]! : { anyOf: schemas }
}

function withChoices (node: Node, types: string[]): Node {
  const known = types.filter(type => type !== 'null')
  if (known.length === 1) return node
  const { type: _, description, ...rest } = node
  return { description: description ?? '', anyOf: known.map(type => ({ type: known.length < types.length ? [type, 'null'] : type, ...keywordsOf(type, rest) })) }
}

/** Of numbers; all others are of texts. */
const BOUNDS = /imum$/i

function keywordsOf (type: string, rest: Node): Node {
  return Object.fromEntries(Object.entries(rest).filter(([name]) => BOUNDS.test(name) === (type !== 'string')))
}

function withoutDefaults (node: Node, properties: Node): Node {
  const kept = Object.entries(properties).map(([name, property]) => {
    if (!isNode(property) || property['default'] === undefined) return [name, property]
    const { default: value, description, ...rest } = property
    return [name, { description: sentences(description, `Default: \`${JSON.stringify(value)}\`.`), ...rest }]
  })
  return { ...node, properties: Object.fromEntries(kept) as Node }
}

function sentences (before: Json | undefined, sentence: string): string {
  return typeof before === 'string' ? `${before} ${sentence}` : sentence
}

function listOf (types: string[]): string {
  return types.map(type => `\`${type}\``).join(', ')
}

/** Media types, and not the schema of a property of that name. */
function isContent (value: Json | undefined): value is Node {
  return isNode(value) && Object.keys(value).every(name => name.includes('/'))
}

function isNode (value: Json | undefined): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
