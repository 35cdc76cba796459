// Runs once before tests that count no coverage, instead of `template.ts`. It uses the embedded databases of an earlier
// run where they would be the same, as to make them takes as long as many tests.
import { readFile } from 'node:fs/promises'
import { embeddedSource, fillEmbedded, MADE_FROM, prepare } from './template.ts'

await prepare(async () => {
  const madeFrom = await readFile(MADE_FROM, 'utf8').catch(() => '')
  if (madeFrom !== await embeddedSource()) await fillEmbedded()
})
