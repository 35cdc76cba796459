import { nameOfReading } from '../../../src/dossiers/counts/plan.ts'
import { FAMILIES, TIME_GRAINS, type Family } from '../../../src/dossiers/rollups/families.ts'

/** All that a count may be read from, by name. */
export const READINGS = ['dossiers', ...(Object.keys(FAMILIES) as Family[]).flatMap(family => {
  const grains = TIME_GRAINS.filter(grain => grain in FAMILIES[family].tables)
  return grains.map((_, i) => nameOfReading({ family, grains: grains.slice(0, i + 1) }))
})].sort()
