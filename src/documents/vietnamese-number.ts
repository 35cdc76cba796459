/** A number as Vietnamese documents print it: a dot between thousands, a comma before decimals. */
export function vietnameseNumber (number: number): string {
  const [whole, decimals] = String(number).split('.')
  const grouped = whole!.replaceAll(/\B(?=(\d{3})+$)/g, '.')
  return decimals === undefined ? grouped : `${grouped},${decimals}`
}
