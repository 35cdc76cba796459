/** A name as people type it in a hurry, without accents: `Thị xã Bỉm Sơn` becomes `thi xa bim son`. */
export function searchName (name: string): string {
  // đ is a letter of its own in Unicode, not a d with a mark, so decomposing leaves it alone.
  return name.toLowerCase().normalize('NFD').replaceAll(/\p{M}/gu, '').replaceAll('đ', 'd')
}
