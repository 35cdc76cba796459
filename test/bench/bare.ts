// The least that a route can cost: what the service's routes are measured against.
import { fastify } from 'fastify'

const app = fastify()
app.get('/', async () => ({ status: 'ok' }))
console.log(`listening at ${await app.listen({ port: 0 })}`)
process.once('SIGTERM', () => app.close())
