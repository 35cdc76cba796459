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
    const places = placesAmong(peers, ({ score }) => score.chosen, one => unrankedOf(one, least))
    for (const [one, rank] of places) ranks.set(one, rank)
  }
  return ranks
}

/** A place, or why there is none. */
interface Place<Reason> {
  rank: number | null
  ranked_units: number
  unranked: Reason | 'covers_less' | null
}

/**
 * The places of peers by their points, 1, 2, 2, 4. Points of less than others have are not compared with theirs.
 * @param unrankedOf why one has no place whatever others have; it has points where there is no reason
 */
export function placesAmong<One, Reason> (
  peers: readonly One[], pointsOf: (one: One) => { points: number, of: number } | null,
  unrankedOf: (one: One) => Reason | null
): Map<One, Place<Reason>> {
  const candidates = peers.filter(one => unrankedOf(one) === null)
  const covered = Math.max(...candidates.map(one => pointsOf(one)!.of))
  const reasonOf = (one: One) => unrankedOf(one) ?? (pointsOf(one)!.of < covered ? 'covers_less' : null)
  const ranked = peers.filter(one => reasonOf(one) === null).map(one => pointsOf(one)!.points).sort((a, b) => a - b)
  // From the least on: of equal points the first place stays.
  const places = new Map(ranked.map((points, i) => [points, ranked.length - i]))
  return new Map(peers.map(one => {
    const unranked = reasonOf(one)
    const rank = unranked === null ? places.get(pointsOf(one)!.points)! : null
    return [one, { rank, ranked_units: ranked.length, unranked }]
  }))
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
