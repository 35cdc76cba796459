/** Prints rows as a table in Markdown, with a title and what has to be known to read it. */
export function printTable (title: string, note: string, rows: Record<string, string | number>[]) {
  const names = Object.keys(rows[0] ?? {})
  const line = (cells: (string | number)[]) => `| ${cells.join(' | ')} |`
  console.log(`\n### ${title}\n\n${note}\n`)
  console.log(line(names))
  console.log(line(names.map((_, i) => i === 0 ? '---' : '---:')))
  for (const row of rows) console.log(line(Object.values(row)))
}

export function quantile (values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!
}

export function median (values: number[]): number {
  return quantile(values, 0.5)
}

/** `3 100 000` */
export function grouped (number: number): string {
  return Math.round(number).toString().replace(/\B(?=(\d{3})+$)/g, ' ')
}

export function percent (share: number): string {
  return `${(100 * share).toFixed(0)} %`
}
