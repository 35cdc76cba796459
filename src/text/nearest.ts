/** The candidate that shares most pairs of neighbouring letters with a word; undefined: there are no candidates. */
export function nearestTo (word: string, candidates: readonly string[]): string | undefined {
  const pairs = pairsIn(word)
  const likeness = (candidate: string) => {
    const own = pairsIn(candidate)
    return [...own].filter(pair => pairs.has(pair)).length / (own.size + pairs.size)
  }
  return candidates.map(candidate => ({ candidate, likeness: likeness(candidate) }))
    .toSorted((a, b) => b.likeness - a.likeness)[0]?.candidate
}

/** With the ends of the word, so that each letter counts twice. */
function pairsIn (word: string): Set<string> {
  const letters = [...` ${word} `]
  return new Set(letters.slice(1).map((letter, i) => `${letters[i]!}${letter}`))
}
