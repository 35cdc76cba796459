import { setImmediate as nextTurn } from 'node:timers/promises'
import sax, { type QualifiedTag } from 'sax'
import { unreadable } from './unreadable.ts'

const TRANSITIONAL = 'http://schemas.openxmlformats.org'
const STRICT = 'http://purl.oclc.org/ooxml'
/** Those of sheets and of relationships. What is in any other is not read. */
const KNOWN = [
  `${TRANSITIONAL}/spreadsheetml/2006/main`, `${STRICT}/spreadsheetml/main`, `${TRANSITIONAL}/package/2006/relationships`
]

/** Letters that are parsed before others have their turn. */
const AT_ONCE = 65_536

/** Elements within one another. Those of a workbook are some ten. */
export const MAX_DEPTH = 64

/** Attributes by their names, without prefixes. */
export type Attributes = Readonly<Record<string, string>>

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
 * @throws DomainError `invalid_request` for what is not well-formed XML, has a document type, or is nested too deep
 */
export async function readXml (path: string, xml: string, { open, close }: Reader): Promise<void> {
  const parser = sax.parser(true, { xmlns: true })
  const elements: { name: string, isKnown: boolean, text: string }[] = []
  const refuse = (why: string) => { throw unreadable(`${path} ${why}`) }
  // The message of the parser goes on with lines about where it is.
  parser.onerror = ({ message }) => { refuse(`is not XML: ${message.split('\n')[0]!}`) }
  parser.ondoctype = () => { refuse('has a document type') }
  parser.onopentag = tag => {
    const { local: name, uri, attributes } = tag as QualifiedTag
    if (elements.length === MAX_DEPTH) throw unreadable(`${path} has more than ${MAX_DEPTH} elements within one another`, 'too_deep')
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
    await nextTurn()
  }
  parser.close()
}
