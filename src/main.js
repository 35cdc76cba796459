// What `node .` runs: the service, in a Node.js that can read TypeScript. Itself it is what any version can read.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const pathOf = path => fileURLToPath(new URL(path, import.meta.url))
/** The one that is installed as a package. */
const OWN = pathOf('../node_modules/node/bin/node')

if (process.features.typescript) await import('./server.ts')
else if (existsSync(OWN)) startIn(OWN)
else await import('./node-version.cjs')

/** Runs the service in a process below this one, which passes signals on and ends as the service does. */
function startIn (node) {
  // Not in the group of this one: Ctrl-C goes to a whole group, and the service would get it twice.
  const service = spawn(node, ['-r', pathOf('node-version.cjs'), pathOf('server.ts')], { stdio: 'inherit', detached: true })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => { service.kill(signal) })
  service.on('error', error => {
    console.error(`the Node.js of node_modules does not run: ${error.message}`)
    process.exitCode = 1
  })
  service.on('exit', code => { process.exitCode = code ?? 1 })
}
