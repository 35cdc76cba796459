import { on } from 'node:events'
import { parentPort, workerData } from 'node:worker_threads'
import writeExcelFile from 'write-excel-file/node'
import type { Cell } from './xlsx.ts'

const port = parentPort!
const headings = (workerData as string[]).map(value => ({ value, fontWeight: 'bold' as const }))

const rows: Cell[][] = []
for await (const [message] of on(port, 'message') as AsyncIterable<[Cell[][] | null]>) {
  if (message === null) break
  rows.push(...message)
}
port.postMessage(await writeExcelFile([headings, ...rows], { stickyRowsCount: 1 }).toBuffer())
