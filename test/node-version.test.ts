import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import t from 'tap'

const { scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  scripts: Record<string, string>
}

t.test('a Node.js that cannot read TypeScript says in one line what is needed', async t => {
  for (const name of ['start', 'client', 'setup', 'recount']) {
    const [command, ...options] = scripts[name]!.split(' ')
    t.equal(command, 'node')
    await t.rejects(promisify(execFile)(process.execPath, ['--no-experimental-strip-types', ...options]), {
      code: 1, stdout: '',
      stderr: /^Node\.js 24 is needed, and this is v[^\n]+ npm rebuild node --ignore-scripts=false\n$/
    }, name)
  }
})
