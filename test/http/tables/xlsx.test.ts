import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { readSheet } from 'read-excel-file/node'
import t from 'tap'
import { spreadsheetOf } from '../../../src/http/tables/xlsx.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const columnsOf = (...names: string[]) => names.map(name => ({ name, format: undefined }))

t.test('rows are written as they are read: a long table is never in memory as a whole', async t => {
  const row = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`column ${i}`, `Một cửa ${i}`]))
  const liveMemory = () => {
    collectGarbage()
    return process.memoryUsage().heapUsed
  }
  let most = 0
  async function * rows () {
    for (let i = 0; i < 40_000; i++) {
      if (i % 10_000 === 9_999) most = Math.max(most, liveMemory())
      yield { ...row, 'column 0': `${row['column 0']} ${i}` }
    }
  }
  const before = liveMemory()
  const file = await spreadsheetOf({ name: 'long', columns: columnsOf(...Object.keys(row)) }, rows())
  t.ok(most - before < 15e6, `${Math.round((most - before) / 1e6)} MB more while it was written`)
  t.ok(file.length > 100_000)
})

t.test('other work goes on while rows that are in memory are written', async t => {
  let turns = 0
  const timer = setInterval(() => { turns++ }, 1)
  await spreadsheetOf({ name: 'busy', columns: columnsOf('a', 'b') }, Array.from({ length: 20_000 }, (_, a) => ({ a, b: 'b' })))
  clearInterval(timer)
  t.ok(turns > 5, `${turns} turns`)
})

t.test('any text and any number of columns come out as they went in', async t => {
  const names = Array.from({ length: 60 }, (_, i) => `c${i}`)
  const texts = ['<a & "b">', ' blanks ', 'two\nlines\r\nand\rmore', 'Đ\u0111', '=1+1', '00123', '', '😀']
  const rows = texts.map(text => Object.fromEntries(names.map((name, i) => [name, `${text}${i === 0 ? '' : i}`])))
  const file = await spreadsheetOf({ name: 'texts & <more>, in a name that is longer', columns: columnsOf(...names) }, rows)
  const [header, ...read] = await readSheet(file, { trim: false })
  t.same(header, names)
  t.same(read, rows.map(row => names.map(name => row[name] || null)))
})

t.test('control characters, which a sheet cannot hold, are left out', async t => {
  const file = await spreadsheetOf({ name: 'x', columns: columnsOf('a') }, [{ a: 'x\u0001y\u001f\uffff' }])
  t.same(await readSheet(file), [['a'], ['xy']])
})
