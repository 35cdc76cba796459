import { DELETED } from '../rules/status.ts'
import type { StoredDossier } from './normalise.ts'
import type { Version } from './validate.ts'

interface Newest {
  /** The newest version of each code, in the order of the codes. */
  newest: Version[]
  /** Older versions. A repetition of the newest is in neither list: it changes nothing. */
  older: Version[]
}

/** One stream often holds the whole history of a dossier, of which the last version alone counts. */
export function newestVersions (versions: readonly Version[]): Newest {
  const newest: Version[] = []
  const older: Version[] = []
  for (const version of versions.toSorted(byCodeNewestFirst)) {
    const before = newest.at(-1)
    if (before?.dossier.code !== version.dossier.code) newest.push(version)
    else if (!isSame(before.dossier, version.dossier)) older.push(version)
  }
  return { newest, older }
}

/** Of two versions of the same time one that takes back a deletion wins, then a deletion, otherwise the later one. */
function byCodeNewestFirst (a: Version, b: Version): number {
  if (a.dossier.code < b.dossier.code) return -1
  if (a.dossier.code > b.dossier.code) return 1
  return b.dossier.updated_at - a.dossier.updated_at || Number(b.restores) - Number(a.restores) ||
    Number(b.dossier.status === DELETED) - Number(a.dossier.status === DELETED) || b.index - a.index
}

function isSame (a: StoredDossier, b: StoredDossier): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
