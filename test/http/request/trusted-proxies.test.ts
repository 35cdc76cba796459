import { buildApp } from '../../../src/app.ts'
import { trustedProxies } from '../../../src/config.ts'
import { forEachDatabase } from '../../database.ts'

forEachDatabase('the address of a request', async (t, { db }) => {
  /** Who a request comes from that 10.0.0.1 sends, with what it says. */
  const addressOf = async (trust: string | null, forwardedFor: string) => {
    const app = await buildApp({ db, http: trust === null ? {} : { trustProxy: trustedProxies(trust) } })
    app.get('/address', async request => request.ip)
    const { body } = await app.inject({ url: '/address', remoteAddress: '10.0.0.1', headers: { 'x-forwarded-for': forwardedFor } })
    await app.close()
    return body
  }

  t.test('is that of the connection, whatever it says', async t => {
    t.equal(await addressOf(null, '203.0.113.7'), '10.0.0.1')
  })

  t.test('is what proxies say that are trusted by address', async t => {
    t.equal(await addressOf('10.0.0.1', '203.0.113.7'), '203.0.113.7')
    t.equal(await addressOf('10.0.0.0/8, 192.168.0.0/16', '6.6.6.6, 203.0.113.7, 192.168.1.1'), '203.0.113.7', 'not what comes before')
    t.equal(await addressOf('10.0.0.2', '203.0.113.7'), '10.0.0.1', 'not of a stranger')
  })

  t.test('is what stands so many hops before', async t => {
    t.equal(await addressOf('1', '6.6.6.6, 203.0.113.7'), '203.0.113.7')
    t.equal(await addressOf('2', '6.6.6.6, 203.0.113.7, 192.168.1.1'), '203.0.113.7')
    t.equal(await addressOf('2', '203.0.113.7'), '203.0.113.7', 'or the first, where there are fewer')
  })

  t.test('is the first of all where everything is believed', async t => {
    t.equal(await addressOf('true', '203.0.113.7, 192.168.1.1'), '203.0.113.7')
  })
})
