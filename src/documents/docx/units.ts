/** A twentieth of a point, which most lengths of a text document are in. */
export function twips (millimetres: number): number {
  return Math.round(millimetres * 1440 / 25.4)
}
