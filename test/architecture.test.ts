import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import t from 'tap'

// How the code is arranged, held by reading its imports. Folders are the tags of the contract, over a ground floor of
// single concepts that know no feature and no HTTP.

const SRC = new URL('../src/', import.meta.url).pathname
const MAX_LINES = 220
const MAX_FILES = 9
const GENERATED = ['database/tables.ts']

/** Which top folders one may import from, beside itself. Programs (`cli.ts`) and src/*.ts may import anything. */
const ALLOWED: Record<string, string[]> = {
  time: [],
  text: [],
  contract: ['time', 'text'],
  measures: ['contract'],
  'form-ii06a': ['contract', 'measures'],
  feedback: ['contract', 'measures'],
  formulas: ['contract'],
  documents: ['text', 'contract'],
  concurrency: ['contract'],
  observability: ['text'],
  database: ['time', 'text', 'contract', 'concurrency'],
  writes: ['time', 'text', 'contract', 'concurrency', 'database'],
  http: ['time', 'text', 'contract', 'documents', 'concurrency', 'observability', 'database', 'writes'],
  openapi: ['http'],
  operations: ['ground', 'http'],
  catalogue: ['ground', 'http'],
  access: ['ground', 'http', 'catalogue'],
  'working-time': ['ground', 'http', 'catalogue'],
  dossiers: ['ground', 'http', 'catalogue', 'working-time'],
  statistics: ['ground', 'http', 'catalogue', 'working-time', 'dossiers'],
  evaluation: ['ground', 'http', 'catalogue', 'working-time', 'dossiers', 'statistics'],
  reports: ['ground', 'http', 'catalogue', 'working-time', 'dossiers', 'statistics'],
  seed: ['ground', 'catalogue', 'working-time', 'dossiers', 'statistics', 'evaluation', 'reports']
}
const FEATURES = ['catalogue', 'access', 'working-time', 'dossiers', 'statistics', 'evaluation', 'reports']
const GROUND = [
  'time', 'text', 'contract', 'measures', 'form-ii06a', 'feedback', 'formulas', 'documents', 'concurrency', 'observability', 'database',
  'writes'
]

/** Files of a feature that other features may import. */
const DOORS = [
  /\/(schema|queries|commands|index)\.ts$/,
  /^catalogue\/units\/(resolve|reach-sql|lifetime|batch-rules|versions|lineage\/success(ions|ors))\.ts$/,
  /^catalogue\/hierarchy\/(hierarchy|bearers|places-sql|coverage-sql)\.ts$/,
  /^catalogue\/(names|post-rows)\.ts$/,
  /^catalogue\/procedures\/(lifetime|versions\/fields)\.ts$/,
  /^catalogue\/periods\/usual\.ts$/,
  /^catalogue\/sources\/(register|source-rules)\.ts$/,
  /^dossiers\/rules\/status\.ts$/,
  /^working-time\/(calendar|due-date|steps|calendars\/(store|of-province)|due-date\/terms)\.ts$/,
  /^evaluation\/formulas\/store\.ts$/,
  /^reports\/rules\/store\.ts$/,
  /^statistics\/on-time\/empty-rows\.ts$/
]

/** Packages, and the files that alone may import them. */
const PACKAGES: [RegExp, RegExp][] = [
  [/^(fastify|@fastify\/.*)$/, /^(app|http\/.*|openapi\/.*|access\/auth\/access-control|.*\/routes)\.ts$/],
  [
    /^(kysely|pg)$/,
    /^(?!.*\/(routes|schema)\.ts$)(?!(time\/(?!.*-sql)|text|contract|measures|form-ii06a|feedback|formulas|http)\/).*$/
  ]
]

/** Each says something that a plainer or a standard word says better. */
const REFUSED_WORDS = /\b(whoever|anew|goes without saying|turnstile|hurried|outright|nobody else|in a circle)\b/i

interface Import { from: string, to: string }

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.ts'))
const texts = new Map(files.map(file => [file, readFileSync(join(SRC, file), 'utf8')]))
const SPECIFIER = /(?:\bfrom |\bimport |\bimport\(|new URL\()'([^']+)'/g
const specifiers = [...texts].flatMap(([from, text]) => (
  [...text.matchAll(SPECIFIER)].map(([, name]) => ({ from, name: name! }))))
const imports: Import[] = specifiers.filter(({ name }) => name.startsWith('.'))
  .map(({ from, name }) => ({ from, to: normalize(join(dirname(from), name)) })).filter(({ to }) => texts.has(to))

const topOf = (file: string) => file.split('/')[0]!
const isProgram = (file: string) => !file.includes('/') || /(^|\/|-)cli\.ts$/.test(file)

t.test('every folder is in the table of allowed arrows', async t => {
  t.same([...new Set(files.filter(file => file.includes('/')).map(topOf))].sort(), Object.keys(ALLOWED).sort())
})

t.test('imports follow the allowed arrows', async t => {
  const allowed = ({ from, to }: Import) => topOf(from) === topOf(to) ||
    ALLOWED[topOf(from)]!.flatMap(name => name === 'ground' ? GROUND : name).includes(topOf(to))
  t.same(imports.filter(one => !isProgram(one.from) && !allowed(one)), [])
})

t.test('a feature is reached through its doors only, and HTTP by its routes only', async t => {
  const crosses = imports.filter(({ from, to }) => !isProgram(from) && topOf(from) !== topOf(to))
  t.same(crosses.filter(({ to }) => FEATURES.includes(topOf(to)) && !DOORS.some(door => door.test(to))), [])
  t.same(crosses.filter(({ from, to }) => topOf(to) === 'http' && FEATURES.includes(topOf(from)) &&
    !/\/routes\.ts$|^access\/auth\/access-control\.ts$/.test(from)), [])
})

t.test('only features.ts and app.ts import routes, and only programs the configuration', async t => {
  t.same(imports.filter(({ from, to }) => to.endsWith('/routes.ts') && !['app.ts', 'features.ts'].includes(from)), [])
  t.same(imports.filter(({ from, to }) => /^(app|server|config)\.ts$/.test(to) && !isProgram(from)), [])
  t.same(files.filter(file => !isProgram(file) && texts.get(file)!.includes('process.env')), [])
})

t.test('a schema imports pieces of schemas only', async t => {
  const pieces = /^(contract|measures|form-ii06a|feedback|formulas)\/|^writes\/(batch|outcomes)\.ts$|\/schema\.ts$/
  t.same(imports.filter(({ from, to }) => from.endsWith('/schema.ts') && !pieces.test(to)), [])
})

t.test('a package is imported only where it belongs', async t => {
  t.same(specifiers.filter(({ from, name }) => (
    PACKAGES.some(([named, where]) => named.test(name) && !where.test(from)))), [])
})

t.test('no files and no folders import each other in a circle', async t => {
  // A program such as the writer of the contract imports the whole app, which imports nothing of the program.
  const ofLibrary = imports.filter(({ from }) => !/cli\.ts$/.test(from))
  t.same(circlesOf(ofLibrary), [])
  t.same(circlesOf(ofLibrary.map(({ from, to }) => ({ from: folderOf(from), to: folderOf(to) }))), [])
})

/** A file beside subfolders stands for itself: it is their table of contents, or what they share. */
function folderOf (file: string): string {
  const folder = dirname(file)
  const hasSubfolders = folder === '.' || files.some(other => dirname(other).startsWith(`${folder}/`))
  return hasSubfolders ? file : folder
}

/** Nodes that are left when those that import nothing, or are not imported, are taken away again and again. */
function circlesOf (arrows: Import[]): string[] {
  let left = arrows.filter(({ from, to }) => from !== to)
  for (;;) {
    const next = left.filter(({ from, to }) => left.some(one => one.to === from) && left.some(one => one.from === to))
    if (next.length === left.length) return [...new Set(left.map(({ from, to }) => `${from} → ${to}`))]
    left = next
  }
}

t.test(`no file has more than ${MAX_LINES} lines and no folder more than ${MAX_FILES} files`, async t => {
  const handWritten = files.filter(file => !GENERATED.includes(file))
  t.same(handWritten.filter(file => texts.get(file)!.split('\n').length - 1 > MAX_LINES), [])
  const folders = Map.groupBy(files, dirname)
  t.same([...folders].filter(([, inside]) => inside.length > MAX_FILES).map(([folder]) => folder), [])
})

/** What asks for more than an address can hold, and writes nothing. */
const QUESTIONS_IN_BODIES = ['calculateDueDates']

t.test('what a write does is a command named by its operationId', async t => {
  const { paths } = JSON.parse(readFileSync(new URL('../openapi/openapi.json', import.meta.url), 'utf8')) as
    { paths: Record<string, Record<string, { operationId: string }>> }
  const writes = Object.values(paths).flatMap(operations => (
    Object.entries(operations).filter(([method]) => method !== 'get').map(([, { operationId }]) => operationId)))
    .filter(name => !QUESTIONS_IN_BODIES.includes(name))
  const commands = [...texts].filter(([file]) => file.endsWith('/commands.ts')).map(([, text]) => text).join()
  t.ok(writes.length > 0)
  t.same(writes.filter(name => !new RegExp(`^export (async )?function ${name} \\(`, 'm').test(commands)), [])
})

t.test('comments use the words that an engineer would search for', async t => {
  const comments = [...texts].flatMap(([file, text]) => (
    [...text.matchAll(/\/\*\*[\s\S]*?\*\/|(?<=^|\s)\/\/ .*$/gm)].map(([comment]) => ({ file, comment }))))
  t.ok(comments.length > 0)
  t.same(comments.filter(({ comment }) => REFUSED_WORDS.test(comment)), [])
})
