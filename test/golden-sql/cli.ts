// Writes the SQL of questions beside their tests; with --check it only compares.
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { COUNTS_SQL } from '../dossiers/counts/golden.ts'
import { AGGREGATES_SQL } from '../reports/aggregates/golden.ts'
import { textOf } from './statement.ts'
import { ON_TIME_SQL } from '../statistics/on-time/golden.ts'

const isCheck = process.argv.includes('--check')

for (const [folder, statements] of Object.entries({
  'dossiers/counts/sql': COUNTS_SQL, 'statistics/on-time/sql': ON_TIME_SQL,
  'reports/aggregates/sql': AGGREGATES_SQL
})) {
  const texts = new Map(statements.map(statement => [`${statement.name}.sql`, textOf(statement)]))
  const url = new URL(`../${folder}/`, import.meta.url)
  for (const name of new Set([...texts.keys(), ...await readdir(url)])) {
    const file = new URL(name, url)
    const text = texts.get(name)
    if (isCheck) await compare(`test/${folder}/${name}`, await readFile(file, 'utf8').catch(() => undefined), text)
    else if (text === undefined) await rm(file)
    else await writeFile(file, text)
  }
}

async function compare (path: string, committed: string | undefined, text: string | undefined) {
  if (committed === text) return
  console.error(`${path} is not the SQL of its question: run npm run write:sql and review the difference`)
  process.exitCode = 1
}
