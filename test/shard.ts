import { globSync, readFileSync } from 'node:fs'
import t from 'tap'

const TEST = new URL('.', import.meta.url).pathname
const TAPRC = new URL('../.taprc', import.meta.url)
const SHARDS = globSync('shards/*.ts', { cwd: TEST }).length

/**
 * Runs the tests of one shard in this process. Most files take less time than a process of their own needs to load the
 * service and the embedded database. The files that have their own process are listed in `.taprc`.
 */
export async function runShard (number: number) {
  // The timeout counts from the start of each test, both here and in the process that started this one.
  const { timeout = 0 } = t.options
  t.beforeEach(() => { t.setTimeout(timeout) })
  const alone = [...readFileSync(TAPRC, 'utf8').matchAll(/^ +- test\/([\w/.-]+\.test\.ts)$/gm)].map(([, file]) => file!)
  const files = globSync('**/*.test.ts', { cwd: TEST, exclude: ['faults/**', ...alone] }).toSorted()
  // Within a test, as tap ends a process that has no test to run.
  await t.test('the files are loaded', async t => {
    for (const file of files.filter((_, i) => i % SHARDS === number)) {
      await import(new URL(file, import.meta.url).href)
    }
    t.pass()
  })
}
