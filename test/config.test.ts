import t from 'tap'
import { accessOf, databaseOf, originsOf, readConfig, trustedProxies } from '../src/config.ts'

const DEFAULTS = {
  HOST: '127.0.0.1', PORT: 3000, DATA_DIR: 'data', POOL_SIZE: 10, ALLOW_UNSAFE_DURABILITY: false, PUBLIC_READ: false,
  LOG_LEVEL: 'info'
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
    MIGRATION_DATABASE_URL: 'postgres://owner@localhost/cchc', AUTH: 'required', PUBLIC_READ: 'true', RATE_LIMIT: '60',
    CORS_ORIGINS: 'https://a.vn, http://b.vn:8080', TRUST_PROXY: '10.0.0.0/8,::1', PATH: '/usr/bin', port: '1'
  }), {
    HOST: '0.0.0.0', PORT: 8080, DATABASE_URL: 'postgresql://localhost/cchc', DATA_DIR: '/var/lib/cchc', LOAD_SAMPLE: 'false',
    POOL_SIZE: 50, ALLOW_UNSAFE_DURABILITY: true, LOG_LEVEL: 'warn',
    MIGRATION_DATABASE_URL: 'postgres://owner@localhost/cchc', AUTH: 'required', PUBLIC_READ: true, RATE_LIMIT: 60,
    CORS_ORIGINS: ['https://a.vn', 'http://b.vn:8080'], TRUST_PROXY: ['10.0.0.0/8', '::1']
  })
})

t.test('a value that cannot be is refused, and the variable is named', async t => {
  for (const [name, values] of Object.entries({
    PORT: ['abc', '-1', '65536', '80.5'],
    DATABASE_URL: ['localhost', 'mysql://localhost/cchc', 'postgres://localhost:port/cchc', 'postgres://me:a/b@localhost/cchc'],
    LOAD_SAMPLE: ['perhaps', '1'],
    POOL_SIZE: ['0', 'many'],
    CORS_ORIGINS: ['example.vn'],
    TRUST_PROXY: ['false'],
    ALLOW_UNSAFE_DURABILITY: ['yes'],
    MIGRATION_DATABASE_URL: ['mysql://localhost/cchc'],
    AUTH: ['none', 'OPEN'],
    PUBLIC_READ: ['yes'],
    RATE_LIMIT: ['-1', 'many'],
    JWKS_URL: ['file:///etc/keys'],
    LOG_LEVEL: ['loud']
  })) {
    for (const value of values) t.throws(() => readConfig({ [name]: value }), new RegExp(name), `${name}=${value}`)
  }
})

t.test('a socket needs no host in its address, and a malformed address is not quoted', async t => {
  const url = 'postgres://me@/cchc?host=/run/postgresql'
  t.equal(readConfig({ DATABASE_URL: url }).DATABASE_URL, url)
  t.throws(() => readConfig({ MIGRATION_DATABASE_URL: 'postgres://me:sec/ret@localhost/cchc' }), { message: /^MIGRATION_DATABASE_URL cannot be read(?!.*sec)/ })
})

t.test('all variables at fault are named, in one line', async t => {
  t.throws(() => readConfig({ PORT: 'abc', LOG_LEVEL: 'loud' }), /^[^\n]*PORT[^\n]*LOG_LEVEL[^\n]*$/)
})

t.test('nothing changes it afterwards', async t => {
  t.ok(Object.isFrozen(readConfig({})))
})

t.test('the database is the one that is named, with its owner, or a folder', async t => {
  const rest = { dataDir: 'data', poolSize: 10, allowUnsafeDurability: false }
  t.same(databaseOf(readConfig({})), { url: undefined, ownerUrl: undefined, ...rest })
  const [url, ownerUrl] = ['postgres://localhost/cchc', 'postgres://owner@localhost/cchc']
  t.same(databaseOf(readConfig({ DATABASE_URL: url, MIGRATION_DATABASE_URL: ownerUrl })), { url, ownerUrl, ...rest })
})

const DATABASE_URL = 'postgres://localhost/cchc'
const accessWith = (environment: NodeJS.ProcessEnv) => accessOf(readConfig(environment))

t.test('this machine alone reads the embedded database without a key, and as often as it likes', async t => {
  for (const environment of [{}, { HOST: '::1' }, { HOST: 'localhost', AUTH: 'open' }]) {
    t.same(accessWith(environment), { publicScopes: ['read', 'metrics'], requestsPerMinute: 0, issuer: null })
  }
})

t.test('a server needs a key for all, unless reading is left open, and has a limit', async t => {
  t.same(accessWith({ DATABASE_URL, HOST: '0.0.0.0' }), { publicScopes: [], requestsPerMinute: 6_000, issuer: null })
  t.match(accessWith({ DATABASE_URL, PUBLIC_READ: 'true', RATE_LIMIT: '60' }), { publicScopes: ['read'], requestsPerMinute: 60 })
  t.match(accessWith({ DATABASE_URL, RATE_LIMIT: '0' }), { requestsPerMinute: 0 })
})

t.test('so does the embedded database where that is asked for, and then other machines may come in', async t => {
  t.same(accessWith({ HOST: '0.0.0.0', AUTH: 'required' }), { publicScopes: [], requestsPerMinute: 6_000, issuer: null })
})

t.test('nothing is left open to other machines by mistake', async t => {
  for (const environment of [{ HOST: '0.0.0.0' }, { HOST: '::', AUTH: 'open' }, { HOST: '192.168.1.7', PUBLIC_READ: 'true' }]) {
    t.throws(() => accessWith(environment), { message: /HOST=.*set AUTH=required/ })
  }
  t.throws(() => accessWith({ DATABASE_URL, AUTH: 'open' }), { message: /AUTH=open is for the embedded database alone/ })
})

t.test('an issuer of tokens is named whole or not at all', async t => {
  const issuer = { JWKS_URL: 'https://sso.example.vn/keys', JWT_ISSUER: 'https://sso.example.vn', JWT_AUDIENCE: 'cchc' }
  t.same(accessWith({ DATABASE_URL, ...issuer }).issuer, {
    jwksUrl: 'https://sso.example.vn/keys', issuer: 'https://sso.example.vn', audience: 'cchc'
  })
  for (const name of Object.keys(issuer)) {
    t.throws(() => accessWith({ DATABASE_URL, ...issuer, [name]: '' }), { message: /are needed together/ }, name)
  }
})

t.test('origins are read as browsers send them', async t => {
  t.equal(originsOf(' * '), '*')
  t.same(originsOf('https://a.vn'), ['https://a.vn'])
  t.same(originsOf('https://a.vn,http://b.vn:8080 , http://[::1]:3000'), ['https://a.vn', 'http://b.vn:8080', 'http://[::1]:3000'])
  for (const [text, fault] of Object.entries({
    'a.vn': 'a.vn', 'https://a.vn/': 'https://a.vn/', 'https://a.vn, https://b.vn/x': 'https://b.vn/x', 'https://a.vn,*': '*', 'https://a.vn,': '',
    'HTTPS://a.vn': 'HTTPS://a.vn', 'https://a.vn:443': 'https://a.vn:443', 'ftp://a.vn': 'ftp://a.vn', null: 'null', 'https://u:p@a.vn': 'https://u:p@a.vn'
  })) {
    t.throws(() => originsOf(text), { message: `CORS_ORIGINS: "${fault}" is not an origin such as https://example.vn, nor is the whole *` }, text)
  }
})

t.test('proxies are named by address, number or not at all', async t => {
  t.equal(trustedProxies(' true '), true)
  t.same(trustedProxies('10.0.0.1'), ['10.0.0.1'])
  t.same(trustedProxies('10.0.0.0/8 , ::1,fd00::/64'), ['10.0.0.0/8', '::1', 'fd00::/64'])
  for (const [text, fault] of Object.entries({
    false: 'false', nginx: 'nginx', 0: '0', '-1': '-1', 100: '100', 1.5: '1.5', '10.0.0': '10.0.0', '10.0.0.0/33': '10.0.0.0/33',
    '10.0.0.0/0': '10.0.0.0/0', '::1/129': '::1/129', '10.0.0.1,': '', '10.0.0.1, true': 'true', '10.0.0.0/8/8': '10.0.0.0/8/8', '10.0.0.0/': '10.0.0.0/'
  })) {
    t.throws(() => trustedProxies(text), {
      message: `TRUST_PROXY: "${fault}" is not an address or CIDR, nor is the whole true or a number of hops`
    }, text)
  }
})
