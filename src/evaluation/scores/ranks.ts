import type { EvaluationRow } from './schema.ts'
import { keyOfPart } from './points/parts.ts'
import type { Scored } from './points/scored.ts'

type Rank = Pick<EvaluationRow, 'rank' | 'ranked_units' | 'unranked'>

export const NO_RANK: Rank = { rank: null, ranked_units: null, unranked: null }

/**
 * The place of each unit among those of its level, by the points of the same criterion, group or total: 1, 2, 2, 4.
 * @param least dossiers that a unit must have
 */
export function ranksOf (all: readonly Scored[], least: number): Map<Scored, Rank> {
  const ranks = new Map<Scored, Rank>()
  for (const peers of Map.groupBy(all, peersOf).values()) {
    const candidates = peers.filter(one => unrankedOf(one, least) === null)
    const covered = Math.max(...candidates.map(({ score }) => score.chosen!.of))
    const reasonOf = (one: Scored) => unrankedOf(one, least) ?? (one.score.chosen!.of < covered ? 'covers_less' : null)
    const ranked = peers.filter(one => reasonOf(one) === null)
      .map(({ score }) => score.chosen!.points).sort((a, b) => a - b)
    // From the least on: of equal points the first place stays.
    const places = new Map(ranked.map((points, i) => [points, ranked.length - i]))
    for (const one of peers) {
      const unranked = reasonOf(one)
      const rank = unranked === null ? places.get(one.score.chosen!.points)! : null
      ranks.set(one, { rank, ranked_units: ranked.length, unranked })
    }
  }
  return ranks
}

function peersOf ({ span, subject, score: { kind, group, criterion } }: Scored): string {
  return [span.from, span.to, span.period, subject.level, keyOfPart(subject.part), kind, group, criterion].join(' ')
}

function unrankedOf ({ subject, score, dossiers }: Scored, least: number): Rank['unranked'] {
  if (subject.units[0]!.stands_above) return 'stands_above'
  if (score.chosen === null) return 'points_unknown'
  if (dossiers === null) return 'dossiers_unknown'
  return dossiers < least ? 'too_few_dossiers' : null
}
