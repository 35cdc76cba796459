import { globSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import { CLAIMS } from './template.ts'

const TEST = new URL('.', import.meta.url).pathname
const TAPRC = new URL('../.taprc', import.meta.url)

/**
 * Runs tests in this process, as most files take less time than a process of their own needs to load the service and
 * the embedded database. A shard that is ready takes the longest file that is left, so all shards end at about the same
 * time. The files that have their own process are listed in `.taprc`.
 */
export async function runShard () {
  // The timeout counts from the start of each test, both here and in the process that started this one.
  const { timeout = 0 } = t.options
  t.beforeEach(() => { t.setTimeout(timeout) })
  // tap keeps each test until the end, and with its function the service that was tried.
  t.afterEach(ended => { ended.options.cb = ended.cb = undefined })
  const alone = [...readFileSync(TAPRC, 'utf8').matchAll(/^ +- test\/([\w/.-]+\.test\.ts)$/gm)].map(([, file]) => file!)
  // What is generated is short and takes long.
  const lengthOf = (file: string) => statSync(join(TEST, file)).size * (isProperty(file) ? 10 : 1)
  const selected = globSync('**/*.test.ts', { cwd: TEST, exclude: ['faults/**', ...alone] })
    .filter(isSelected)
    .toSorted((a, b) => lengthOf(b) - lengthOf(a))
  const files = process.env['TEST_ONLY'] === 'each-folder' ? selected.filter(isOfEachFolder) : selected

  // Within a test, as tap ends a process that has no test to run.
  async function loadNext (loading: Test) {
    const file = files.find(claim)
    loading.pass()
    if (file === undefined) return
    await import(new URL(file, import.meta.url).href)
    // Comes after the tests of the file.
    void t.test('another file is loaded', loadNext)
  }
  await t.test('a file is loaded', loadNext)
}

/** `TEST_ONLY` selects the tests that use a database; without it all are run but what is tried at random on one. */
function isSelected (file: string): boolean {
  switch (process.env['TEST_ONLY']) {
    case 'databases':
    case 'each-folder': return usesDatabase(file) && !isProperty(file)
    case 'properties': return usesDatabase(file) && isProperty(file)
    default: return !usesDatabase(file) || !isProperty(file)
  }
}

/** Tests that send all examples of the contract, or every operation. */
const OF_EVERY_OPERATION = ['openapi/contract.test.ts', 'access/audit/append-only.test.ts', 'http/request/deadline.test.ts']

/** These, and of each folder the shortest file; the longest come first. */
function isOfEachFolder (file: string, index: number, files: string[]): boolean {
  return OF_EVERY_OPERATION.includes(file) ||
    files.findLastIndex(other => dirname(other) === dirname(file)) === index
}

/** What is tried at random. On a database that has a run of its own: so no branch is covered by chance alone. */
function isProperty (file: string): boolean {
  return file.includes('.property.')
}

/** Other tests are the same on each database. */
function usesDatabase (file: string): boolean {
  return importsDatabase(file) || /\bSERVER\b/.test(readFileSync(join(TEST, file), 'utf8'))
}

/** By what a file imports, itself or by others. */
function importsDatabase (file: string): boolean {
  const imports = readFileSync(join(TEST, file), 'utf8').matchAll(/from '(\.[^']+\.ts)'/g)
  return file === 'copies.ts' || [...imports].map(([, name]) => join(dirname(file), name!))
    .some(imported => !imported.startsWith('..') && importsDatabase(imported))
}

/** @returns false when another shard has taken the file */
function claim (file: string): boolean {
  try {
    mkdirSync(join(CLAIMS, file.replaceAll('/', '+')))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}
