/** A number in the notation of the other language: `2.079` and `92,41` are `2,079` and `92.41` in English. */
export function otherNotation (printed: string): string {
  return printed.replaceAll(/[.,]/g, mark => mark === '.' ? ',' : '.')
}

/** A number as Vietnamese documents print it: a dot between thousands, a comma before decimals. */
export function vietnameseNumber (number: number): string {
  const [whole, decimals] = String(number).split('.')
  const grouped = whole!.replaceAll(/\B(?=(\d{3})+$)/g, '.')
  return decimals === undefined ? grouped : `${grouped},${decimals}`
}
