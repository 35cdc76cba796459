import { setImmediate as nextTurn } from 'node:timers/promises'
import sax, { type QualifiedTag, type SAXParser } from 'sax'
import { unreadable } from './unreadable.ts'

const TRANSITIONAL = 'http://schemas.openxmlformats.org'
const STRICT = 'http://purl.oclc.org/ooxml'
/** Those of sheets and of relationships. What is in any other is not read. */
const KNOWN = [
  `${TRANSITIONAL}/spreadsheetml/2006/main`, `${STRICT}/spreadsheetml/main`, `${TRANSITIONAL}/package/2006/relationships`
]

/** Letters that are parsed before others have their turn. */
const AT_ONCE = 16_384

/** Elements within one another. Those of a workbook are some ten. */
export const MAX_DEPTH = 64

/** Elements of all parts that are read: a few for each cell of the longest sheet. A report has some five thousand. */
export const MAX_ELEMENTS = 500_000

/** Attributes of an element. The parser compares each of them with all before it. */
export const MAX_ATTRIBUTES = 128

/** Attributes by their names, without prefixes. */
export type Attributes = Readonly<Record<string, string>>

/** A part of a workbook, as it was written. */
export interface Part {
  path: string
  xml: string
  /** How many elements the parts of its workbook had so far. */
  elements: { count: number }
}

export interface Reader {
  open?: (name: string, attributes: Attributes) => void
  /**
   * @param text what stands in the element itself
   * @param path names of the elements around it, the outermost first
   */
  close?: (name: string, text: string, path: readonly string[]) => void
}

/**
 * Reads a part from its beginning to its end.
 * @throws DomainError `invalid_request` for what is not well-formed XML, has a document type, is nested too deep, or
 *   has too many elements or attributes
 */
export async function readXml ({ path, xml, elements: all }: Part, { open, close }: Reader): Promise<void> {
  const parser = sax.parser(true, { xmlns: true })
  const elements: { name: string, isKnown: boolean, text: string }[] = []
  const refuse = (why: string) => { throw unreadable(`${path} ${why}`) }
  const bound = (attributes: number) => {
    if (attributes > MAX_ATTRIBUTES) refuse(`has an element with more than ${MAX_ATTRIBUTES} attributes`)
  }
  // The message of the parser goes on with lines about where it is.
  parser.onerror = ({ message }) => { refuse(`is not XML: ${message.split('\n')[0]!}`) }
  parser.ondoctype = () => { refuse('has a document type') }
  parser.onopentag = tag => {
    const { local: name, uri, attributes } = tag as QualifiedTag
    if (elements.length === MAX_DEPTH) throw unreadable(`${path} has more than ${MAX_DEPTH} elements within one another`, 'too_deep')
    if (++all.count > MAX_ELEMENTS) throw unreadable(`it has more than ${MAX_ELEMENTS} elements`)
    bound(Object.keys(attributes).length)
    const isKnown = KNOWN.includes(uri)
    elements.push({ name, isKnown, text: '' })
    if (isKnown) open?.(name, Object.fromEntries(Object.values(attributes).map(({ local, value }) => [local, value])))
  }
  const addText = (text: string) => {
    const element = elements.at(-1)
    if (element !== undefined) element.text += text
  }
  parser.ontext = addText
  parser.oncdata = addText
  parser.onclosetag = () => {
    const { name, isKnown, text } = elements.pop()!
    if (isKnown) close?.(name, text, elements.map(element => element.name))
  }
  for (let from = 0; from < xml.length; from += AT_ONCE) {
    parser.write(xml.slice(from, from + AT_ONCE))
    bound(attributesSoFar(parser))
    await nextTurn()
  }
  parser.close()
}

/** Of the element that is not complete yet: the parser says nothing of it before it is. */
function attributesSoFar (parser: SAXParser): number {
  return (parser as unknown as { attribList: readonly unknown[] }).attribList.length
}
