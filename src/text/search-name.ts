import { likeText } from './plain-text.ts'

/** A name without case and accents, as people type it in a search: `Thị xã Bỉm Sơn` becomes `thi xa bim son`. */
export function searchName (name: string): string {
  // đ is a letter of its own in Unicode, not a d with a mark: decomposition does not change it.
  return likeText(name).toLowerCase().normalize('NFD').replaceAll(/\p{M}/gu, '').replaceAll('đ', 'd')
}
