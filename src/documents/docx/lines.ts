import { escapeXml } from '../xml.ts'
import type { Column, Line } from '../document.ts'

interface LineStyle {
  align: Column['align']
  /** Points. */
  size: number
  /** Whether the lines stay on one page with what follows. */
  keeps?: boolean
}

/** Each line as a paragraph. A cell without lines has an empty one, as it has to. */
export function linesXml (lines: readonly Line[], { align, size, keeps = false }: LineStyle): string {
  const all = lines.length === 0 ? [{ text: '' }] : lines
  return all.map(line => (
    `<w:p><w:pPr>${keeps ? '<w:keepNext/>' : ''}<w:spacing w:before="20" w:after="20"/><w:jc w:val="${align}"/>` +
    // An empty line is as high as this says.
    `<w:rPr>${sizeXml(size)}</w:rPr></w:pPr>` +
    `${runXml(line, size)}</w:p>`)).join('')
}

function runXml ({ text, bold = false, italic = false }: Line, size: number): string {
  if (text === '') return ''
  const format = `${bold ? '<w:b/>' : ''}${italic ? '<w:i/>' : ''}${sizeXml(size)}`
  // A line feed inside of a text is a mark of its own.
  const pieces = text.split('\n').map(piece => `<w:t xml:space="preserve">${escapeXml(piece)}</w:t>`)
  return `<w:r><w:rPr>${format}</w:rPr>${pieces.join('<w:br/>')}</w:r>`
}

/** In half-points. */
function sizeXml (size: number): string {
  return `<w:sz w:val="${2 * size}"/><w:szCs w:val="${2 * size}"/>`
}
