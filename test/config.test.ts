import t from 'tap'
import { readConfig } from '../src/config.ts'

const DEFAULTS = {
  HOST: '127.0.0.1', PORT: 3000, DATA_DIR: 'data', POOL_SIZE: 10, ALLOW_UNSAFE_DURABILITY: false, LOG_LEVEL: 'info'
}

t.test('without any variable the service has a configuration', async t => {
  t.same(readConfig({}), DEFAULTS)
})

t.test('a variable that is empty counts as one that is not set', async t => {
  t.same(readConfig({ DATABASE_URL: '', PORT: '', LOAD_SAMPLE: '', LOG_LEVEL: '' }), DEFAULTS)
})

t.test('what is set is read with its type; what belongs to others is left out', async t => {
  t.same(readConfig({
    HOST: '0.0.0.0', PORT: '8080', DATABASE_URL: 'postgresql://localhost/cchc', DATA_DIR: '/var/lib/cchc', LOAD_SAMPLE: 'false',
    POOL_SIZE: '50', ALLOW_UNSAFE_DURABILITY: 'true', LOG_LEVEL: 'warn',
    CORS_ORIGINS: 'https://a.vn, http://b.vn:8080', TRUST_PROXY: '10.0.0.0/8,::1', PATH: '/usr/bin', port: '1'
  }), {
    HOST: '0.0.0.0', PORT: 8080, DATABASE_URL: 'postgresql://localhost/cchc', DATA_DIR: '/var/lib/cchc', LOAD_SAMPLE: 'false',
    POOL_SIZE: 50, ALLOW_UNSAFE_DURABILITY: true, LOG_LEVEL: 'warn',
    CORS_ORIGINS: ['https://a.vn', 'http://b.vn:8080'], TRUST_PROXY: ['10.0.0.0/8', '::1']
  })
})

t.test('a value that cannot be is refused, and the variable is named', async t => {
  for (const [name, values] of Object.entries({
    PORT: ['abc', '-1', '65536', '80.5'],
    DATABASE_URL: ['localhost', 'mysql://localhost/cchc'],
    LOAD_SAMPLE: ['perhaps', '1'],
    POOL_SIZE: ['0', 'many'],
    CORS_ORIGINS: ['example.vn'],
    TRUST_PROXY: ['false'],
    ALLOW_UNSAFE_DURABILITY: ['yes'],
    LOG_LEVEL: ['loud']
  })) {
    for (const value of values) t.throws(() => readConfig({ [name]: value }), new RegExp(name), `${name}=${value}`)
  }
})

t.test('all variables at fault are named, in one line', async t => {
  t.throws(() => readConfig({ PORT: 'abc', LOG_LEVEL: 'loud' }), /^[^\n]*PORT[^\n]*LOG_LEVEL[^\n]*$/)
})

t.test('nothing changes it afterwards', async t => {
  t.ok(Object.isFrozen(readConfig({})))
})
