import { globSync, readFileSync } from 'node:fs'
import t from 'tap'

const SHARDS = 4
/** How long a test may take, in ms. */
const TIMEOUT = 120_000

const TEST = new URL('.', import.meta.url).pathname
const TAPRC = new URL('../.taprc', import.meta.url)

/**
 * Runs the tests of every so many files in this process: most are done sooner than a process of their own has loaded the
 * service and the embedded database. What runs by itself all the same is named in `.taprc`.
 */
export async function runShard (number: number) {
  // The clock starts with each test, here and in the process that waits for this one.
  t.beforeEach(() => { t.setTimeout(TIMEOUT) })
  const alone = [...readFileSync(TAPRC, 'utf8').matchAll(/^ +- test\/([\w/.-]+\.test\.ts)$/gm)].map(([, file]) => file!)
  const files = globSync('**/*.test.ts', { cwd: TEST, exclude: ['faults/**', ...alone] }).toSorted()
  // Within a test, as tap takes a process for done that has none to run.
  await t.test('the files are loaded', async ({ pass }) => {
    for (const file of files.filter((_, i) => i % SHARDS === number)) {
      t.comment(file)
      await import(new URL(file, import.meta.url).href)
    }
    pass()
  })
}
