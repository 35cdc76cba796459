/** Whether PostgreSQL can store a text: it has no NUL and no lone surrogate. */
export function isStorable (text: string): boolean {
  return !text.includes('\0') && text.isWellFormed()
}
