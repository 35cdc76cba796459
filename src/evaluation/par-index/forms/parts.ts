import type { FormCriterion } from './schema.ts'

/** A criterion with its place in the tree. */
export interface Part {
  criterion: FormCriterion
  isLeaf: boolean
  /** Indexes of the criteria without parts that are it, or are within it. */
  leaves: number[]
}

/**
 * The criteria of a form, in its order.
 * @param criteria each after the one that it is a part of
 */
export function partsOf (criteria: readonly FormCriterion[]): Part[] {
  const parents = new Set(criteria.map(({ parent }) => parent))
  const parts = criteria.map((criterion): Part => ({ criterion, isLeaf: !parents.has(criterion.code), leaves: [] }))
  const byCode = new Map(parts.map(part => [part.criterion.code, part]))
  for (const [i, { isLeaf, criterion }] of parts.entries()) {
    if (!isLeaf) continue
    for (let code: string | null = criterion.code; code !== null;) {
      const part: Part = byCode.get(code)!
      part.leaves.push(i)
      code = part.criterion.parent
    }
  }
  return parts
}
