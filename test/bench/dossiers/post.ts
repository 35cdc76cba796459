// node post.ts URL KEY FILE PATH: what any client does to send a file as a stream. Prints the answer.
import { createReadStream } from 'node:fs'
import { request } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { text } from 'node:stream/consumers'

const [url, key, file, path] = process.argv.slice(2) as [string, string, string, string]
const sending = request(`${url}${path}`, {
  method: 'POST', headers: { 'content-type': 'application/x-ndjson', authorization: `Bearer ${key}` }
})
sending.on('response', async response => {
  console.log(await text(response))
  if (response.statusCode !== 200) process.exitCode = 1
})
await pipeline(createReadStream(file, { highWaterMark: 1 << 18 }), sending)
