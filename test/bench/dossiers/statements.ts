// What a question costs the database alone.
import { writeFile } from 'node:fs/promises'
import { buildApp } from '../../../src/app.ts'
import { connect } from '../../../src/database/connect.ts'
import { psql, send, type Bench } from './bench.ts'
import { procedures } from './desks.ts'
import { quantile } from './table.ts'

export interface Question {
  key: string
  /** One of them after the other is asked for. */
  paths: string[]
  times: number
  /** How often it is asked before that is measured. */
  warmUp: number
  /** Milliseconds that p99 is meant to stay under; left out: any. */
  goal?: number
}

/** A day after all dossiers, of which the calendar knows the days before and after. */
export const NOW = Date.parse('2026-12-01T10:00:00+07:00')

interface Statement { text: string, values: unknown[] }

/** What the service asks the database for each path, when something was written since it was asked last. */
async function statementsOf (bench: Bench, paths: string[]): Promise<Statement[][]> {
  const { db, pool, close } = connect({ connectionString: bench.url }, { max: 1, onLost: () => {}, timeLimits: 'relaxed' })
  let statements: Statement[] = []
  // Asked however busy the machine is: only the database is measured.
  const app = await buildApp({ db, pool, now: () => NOW, http: { maxEventLoopDelay: 0 } })
  try {
    pool.on('connect', client => {
      const query = client.query.bind(client) as (text: string, values: unknown[]) => unknown
      client.query = ((text: string, values: unknown[]) => {
        statements.push({ text, values })
        return query(text, values)
      }) as typeof client.query
    })
    const asked: Statement[][] = []
    for (const path of paths) {
      await app.inject(path)
      await write(bench)
      statements = []
      const { statusCode, body } = await app.inject(path)
      if (statusCode !== 200) throw new Error(`${path}: ${body}`)
      asked.push(statements.filter(({ text }) => /\bselect\b/.test(text)))
    }
    return asked
  } finally {
    await app.close()
    await close()
  }
}

/** Writes what concerns every province, so that no answer is kept. */
async function write (bench: Bench): Promise<void> {
  await send(bench, '/v1/procedures', { items: [{ ...procedures()[0]!, name: `Thủ tục ${performance.now()}` }] })
}

/** Milliseconds for all statements of a question, one after the other. */
export async function timesInDatabase (bench: Bench, folder: string, { paths, times: count, warmUp }: Question) {
  const asked = await statementsOf(bench, paths)
  const names = new Map<string, string>()
  const runs = Array.from({ length: count + warmUp }, (_, i) => asked[i % asked.length]!.map(({ text, values }) => {
    const name = names.get(text) ?? `asked_${names.size}`
    names.set(text, name)
    return `execute ${name}${values.length === 0 ? '' : `(${values.map(literal).join()})`};\n`
  }))
  const prepare = [...names].map(([text, name]) => `prepare ${name} as ${text};\n`)
  const file = `${folder}/asked.sql`
  const setUp = 'set plan_cache_mode = force_generic_plan;\nset jit = off;\n'
  await writeFile(file, [setUp, ...prepare, '\\timing on\n', ...runs.flat()].join(''))
  const timed = (await psql(bench, '-o', '/dev/null', '-f', file)).matchAll(/^Time: ([\d.]+) ms/gm)
  const each = [...timed].map(([, ms]) => Number(ms))
  const times = runs.map(({ length }) => each.splice(0, length).reduce((sum, ms) => sum + ms, 0)).slice(warmUp)
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) }
}

/** What is bound to these statements: codes, days, and lists of them. */
function literal (value: unknown): string {
  if (typeof value === 'number') return String(value)
  if (value === null) return 'null'
  return `'${Array.isArray(value) ? `{${value.join()}}` : value as string}'`
}
