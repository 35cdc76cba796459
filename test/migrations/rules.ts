// What design and later growth ask of migrations, read from their text alone.

/** Written before facts and copied everywhere: they carry no province in their keys, and never point at facts. */
const REFERENCE_TABLES = new Set([
  'levels', 'units', 'unit_aliases', 'fields', 'periods', 'sources', 'procedures', 'forms', 'indicators', 'status_maps',
  'unit_versions', 'unit_successions', 'unit_assignments', 'unit_bearers', 'working_calendars',
  'working_calendar_days', 'procedure_decisions', 'procedure_changes', 'procedure_versions', 'counting_rules',
  'evaluation_formulas', 'par_index_forms', 'rules'
])

interface Statement {
  /** In lower case and on one line, without comments, and with empty strings. */
  sql: string
  /** Comment lines stand directly above it. */
  explained: boolean
}

/** Faults of all the migrations together: file names with their SQL. None, if they keep the rules. */
export function breaches (migrations: Record<string, string>): string[] {
  const names = Object.keys(migrations).toSorted()
  // Tables with a province_code so far, so that a key added by a later file is known to be of one.
  const provincial = new Set<string>()
  const indexes = new Map<string, string>()
  const issues = names.flatMap(name => {
    const { statements, issues } = readStatements(migrations[name]!)
    statements.forEach(statement => { noteIndex(statement, indexes) })
    return [...issues, ...statements.flatMap(statement => faultsOf(statement, provincial))]
      .map(fault => `${name}: ${fault}`)
  })
  return [...misnumbered(names), ...issues, ...madeTwice(indexes)]
}

/** @param indexes what each index is on, by its name */
function noteIndex ({ sql }: Statement, indexes: Map<string, string>) {
  const [, name, on] = /^create (?:unique )?index (\w+) on (.*)$/.exec(sql) ?? []
  if (name !== undefined) indexes.set(name, on!)
  const [, dropped] = /^drop index (\w+)$/.exec(sql) ?? []
  if (dropped !== undefined) indexes.delete(dropped)
}

function madeTwice (indexes: ReadonlyMap<string, string>): string[] {
  const names = Map.groupBy(indexes.keys(), name => indexes.get(name)!)
  return [...names].filter(([, { length }]) => length > 1).map(([on, same]) => (
    `${same.join(' and ')} are one index of ${on}`))
}

function misnumbered (names: string[]): string[] {
  return names.flatMap((name, i) => {
    const number = String(i + 1).padStart(4, '0')
    return /^\d{4}_[a-z0-9_]+\.sql$/.test(name) && name.startsWith(number) ? [] : [`${name}: is not named ${number}_….sql`]
  })
}

function readStatements (text: string): { statements: Statement[], issues: string[] } {
  const statements: Statement[] = []
  const issues: string[] = []
  let [sql, comment, explained] = ['', false, false]
  // A quote in a comment opens no string, and two dashes in a string no comment.
  for (const line of text.replaceAll(/--.*$|'(?:''|[^'])*'/gm, part => part.startsWith('-') ? '--' : '\'\'').split('\n')) {
    const code = line.trim().toLowerCase()
    if (code === '--' && sql === '') comment = true
    else if (code === '') comment = comment && sql !== ''
    else if (code !== '--') {
      if (code.endsWith('--')) issues.push(`a comment does not stand on a line of its own: ${code}`)
      if (sql === '') explained = comment
      sql = `${sql} ${code}`.trim()
      if (/;./.test(code)) issues.push(`a statement does not end at the end of its line: ${code}`)
      if (!code.includes(';')) continue
      statements.push({ sql: sql.replaceAll(/\s+/g, ' ').replace(/;.*$/, ''), explained })
      ;[sql, comment] = ['', false]
    }
  }
  if (sql !== '') issues.push(`the last statement does not end with a semicolon: ${sql.slice(0, 40)}`)
  return { statements, issues }
}

/** What no statement may hold, and why. */
const FORBIDDEN: [RegExp, string][] = [
  [/\bcreate (?:or replace )?(?:constraint )?(?:trigger|function|procedure|rule|event trigger)\b|\$\w*\$|^do\b/,
    'rows change only by the SQL of the service'],
  [/\b(?:small|big)?serial\d?\b|\b(?:int|int2|int4|integer|smallint) generated [\w ]*as identity\b/,
    'an identity is bigint generated always as identity'],
  [/\btimestamp\b(?:\(\d\))?(?! with time zone)/, 'an instant has a time zone']
]

/** What takes rows or names away from the version that still runs. */
const DESTRUCTIVE = new RegExp([
  /\bdrop (?!not null|default|identity|expression)\w+/,
  /\btruncate\b/,
  /^delete from\b/,
  /\brename (?:to|column|constraint)\b/,
  /\balter (?:column )?\w+ (?:set data )?type\b/
].map(({ source }) => source).join('|'))

/** The table whose keys or references a statement may change. */
const TABLE = /^(?:create table|alter table|create unique index .*? on) (?:if (?:not )?exists |only )*([\w.]+)/

function faultsOf ({ sql, explained }: Statement, provincial: Set<string>): string[] {
  const issues = FORBIDDEN.flatMap(([pattern, why]) => matching(sql, pattern).map(what => `${what}: ${why}`))
  if (!explained) issues.push(...matching(sql, DESTRUCTIVE).map(what => `${what} without a comment above that says why`))

  const table = TABLE.exec(sql)?.[1]
  if (table === undefined) return issues
  const parts = partsOf(sql)
  if (parts.some(part => part.startsWith('province_code '))) provincial.add(table)

  if (REFERENCE_TABLES.has(table)) {
    const targets = [...sql.matchAll(/\breferences (\w+)/g)].map(([, target]) => target!)
    const facts = targets.filter(target => !REFERENCE_TABLES.has(target))
    return [...issues, ...facts.map(target => `${table} is a reference table and points at ${target}`)]
  }
  if (!provincial.has(table)) return issues
  const misled = keysOf(sql, parts).filter(columns => columns[0] !== 'province_code')
  return [...issues, ...misled.map(columns => `a key of ${table} (${columns.join(', ')}) does not begin with province_code`)]
}

function matching (sql: string, pattern: RegExp): string[] {
  return pattern.exec(sql)?.slice(0, 1) ?? []
}

/** Columns and constraints of a new table; the actions of an altered one. */
function partsOf (sql: string): string[] {
  if (sql.startsWith('create table')) return splitAtCommas(sql.slice(sql.indexOf('(') + 1, sql.lastIndexOf(')')))
  const actions = /^alter table (?:if exists |only )*[\w.]+ (.*)$/.exec(sql)?.[1]
  return splitAtCommas(actions ?? '').map(action => action.replace(/^add (?:column )?(?:if not exists )?/, ''))
}

function splitAtCommas (list: string): string[] {
  let depth = 0
  const parts = ['']
  for (const letter of list) {
    depth += letter === '(' ? 1 : letter === ')' ? -1 : 0
    if (letter === ',' && depth === 0) parts.push('')
    else parts[parts.length - 1] += letter
  }
  return parts.map(part => part.trim())
}

/** The columns of each primary and unique key that a statement makes. */
function keysOf (sql: string, parts: string[]): string[][] {
  const columnsIn = (list: string) => splitAtCommas(list).map(column => column.split(/[ )]/)[0]!)
  const index = /^create unique index .*? on (?:only )?[\w.]+ (?:using \w+ )?\((.*)$/.exec(sql)
  if (index !== null) return [columnsIn(index[1]!)]
  return parts.flatMap(part => {
    const constraint = /^(?:constraint \w+ )?(?:primary key|unique)(?: nulls (?:not )?distinct)? \((.*?)\)/.exec(part)
    if (constraint !== null) return [columnsIn(constraint[1]!)]
    const column = /^(\w+) .*\b(?:primary key|unique)\b/.exec(part)
    return column === null || /^(?:constraint|check|foreign|exclude)$/.test(column[1]!) ? [] : [[column[1]!]]
  })
}
