import { on } from 'node:events'
import { parentPort, workerData } from 'node:worker_threads'
import writeExcelFile from 'write-excel-file/node'
import { DATE_FORMATS, type Cell } from '../tables/cells.ts'
import type { Sheet } from './xlsx.ts'

const port = parentPort!
const { name, columns } = workerData as Sheet
const headings = columns.map(column => ({ value: column.name, fontWeight: 'bold' as const }))
// A date that is wider than its column is shown as a row of #.
const widths = columns.map(({ name, format = '' }) => ({ width: Math.max(name.length, DATE_FORMATS[format]?.length ?? 0) + 2 }))
/** Longer names are refused by Excel. */
const MAX_NAME = 31

const rows: Cell[][] = []
for await (const [message] of on(port, 'message') as AsyncIterable<[Cell[][] | null]>) {
  if (message === null) break
  rows.push(...message)
}
const options = { sheet: name.slice(0, MAX_NAME), columns: widths, stickyRowsCount: 1 }
port.postMessage(await writeExcelFile([headings, ...rows], options).toBuffer())
