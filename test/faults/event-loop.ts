// Runs inside the service: writes how long its event loop stood still at most, in ms, when it ends.
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { writeFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'

const delay = monitorEventLoopDelay({ resolution: 10 })
const FIRST = 'http.server.request.start'

// To start may take its time.
const begin = () => { delay.enable(); unsubscribe(FIRST, begin) }
subscribe(FIRST, begin)
process.on('exit', () => { writeFileSync(process.env['EVENT_LOOP_FILE']!, String(delay.max / 1e6)) })
