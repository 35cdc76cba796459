/** Widths of letters of Times New Roman, of which a capital M is about one. */
const BLANK = 0.25
const NARROW = /[fijlrtI.,:;'()[\]/|-]/
const CAPITAL = /[\p{Lu}mw%…]/u
const BOLD = 1.07
const MM_PER_POINT = 25.4 / 72
/** Points that a line is high, for each point of the size of its letters. */
const LINE_HEIGHT = 1.3
/** Millimetres that a cell leaves free at its sides. */
const PADDING = 2

export interface Lettering {
  size: number
  bold: boolean
}

/**
 * How high a row has to be for a text, in points. Excel finds that itself only for cells that are not merged, and
 * LibreOffice for none of a file that says nothing. A little too high is better than a line that cannot be read.
 * @param width of the cell, in millimetres
 */
export function heightFor (text: string, { size, bold }: Lettering, width: number): number {
  const room = (width - PADDING) / (size * MM_PER_POINT * (bold ? BOLD : 1))
  const lines = text.split('\n').reduce((sum, line) => sum + linesOf(line, room), 0)
  return Math.ceil(lines * size * LINE_HEIGHT)
}

/** Lines that words fill, one after the other; a word that is longer than a line goes on in the next. */
function linesOf (text: string, room: number): number {
  let lines = 1
  let filled = 0
  for (const word of text.split(' ')) {
    const width = [...word.normalize('NFC')].reduce((sum, letter) => sum + widthOf(letter), 0)
    if (filled > 0 && filled + BLANK + width > room) {
      lines++
      filled = 0
    }
    filled += (filled > 0 ? BLANK : 0) + width
    const more = Math.ceil(filled / room) - 1
    if (more > 0) {
      lines += more
      filled -= more * room
    }
  }
  return lines
}

function widthOf (letter: string): number {
  if (NARROW.test(letter)) return 0.33
  return CAPITAL.test(letter) ? 0.75 : 0.5
}
