/** The name of a column, from 0: A to Z, then AA. */
export function lettersOf (index: number): string {
  const last = String.fromCharCode(65 + index % 26)
  return index < 26 ? last : lettersOf(Math.floor(index / 26) - 1) + last
}

/** The address of a cell, such as `D17`. @param row and column from 0 */
export function addressOf (row: number, column: number): string {
  return `${lettersOf(column)}${row + 1}`
}

export interface Area {
  top: number
  left: number
  bottom: number
  right: number
}

export function areaText ({ top, left, bottom, right }: Area): string {
  return `${addressOf(top, left)}:${addressOf(bottom, right)}`
}
