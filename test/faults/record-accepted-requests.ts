// Runs inside the service: writes the labels of all requests that it accepted to a file, when it ends.
import { subscribe } from 'node:diagnostics_channel'
import { writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'

const accepted: unknown[] = []

subscribe('http.server.request.start', message => {
  accepted.push((message as { request: IncomingMessage }).request.headers['x-label'])
})
process.on('exit', () => { writeFileSync(process.env['ACCEPTED_FILE']!, JSON.stringify(accepted)) })
