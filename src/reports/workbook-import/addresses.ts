/** Where the cells of an item stand. */
export interface Addressed {
  printed: { address: string }
  note: { address: string }
}

/** An issue with the address of its cell in place of its pointer into a batch, also where it speaks of it. */
export function placed<I extends { pointer: string, detail: string }> (issue: I, items: readonly Addressed[]): I {
  const pointer = addressOf(issue.pointer, items)
  return pointer === issue.pointer
    ? issue
    : { ...issue, pointer, detail: issue.detail.replaceAll(issue.pointer.slice(1), pointer) }
}

/** @param pointer such as `/items/3/note`; what points elsewhere stays as it is */
export function addressOf (pointer: string, items: readonly Addressed[]): string {
  const [, part, index, property] = pointer.split('/')
  const item = part === 'items' ? items[Number(index)] : undefined
  return item === undefined ? pointer : (property === 'note' ? item.note : item.printed).address
}
