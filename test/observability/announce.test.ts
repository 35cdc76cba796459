import { pino } from 'pino'
import t from 'tap'
import { announcer } from '../../src/observability/announce.ts'

/** What is written to standard output and to the log. */
function announced (stdout: { isTTY?: boolean }) {
  const plain: string[] = []
  const logged: string[] = []
  const logger = pino({ level: 'silent', base: null, timestamp: false }, { write: (line: string) => { logged.push(line) } })
  announcer({ ...stdout, write: text => plain.push(text) }, logger)('open /docs', { address: 'here' })
  return { plain, logged }
}

t.test('a person at a terminal reads plain text', async t => {
  t.same(announced({ isTTY: true }), { plain: ['open /docs\n'], logged: [] })
})

t.test('otherwise the log has it as JSON, at any level', async t => {
  t.same(announced({}), { plain: [], logged: ['{"level":30,"address":"here","msg":"open /docs"}\n'] })
})
