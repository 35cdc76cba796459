import { isIP } from 'node:net'
import { envSchema } from 'env-schema'
import { Type, type Static } from 'typebox'
import type { AccessOptions } from './access/auth/access-control.ts'
import { OneOf } from './contract/fields.ts'
import type { MigrationOptions } from './database/migrations/migrate.ts'
import type { DatabaseOptions } from './database/open.ts'
import type { Origins } from './http/response/cors.ts'

const Config = Type.Object({
  HOST: Type.String({ default: '127.0.0.1' }),
  PORT: Type.Integer({ default: 3000, minimum: 0, maximum: 65535 }),
  DATABASE_URL: Type.Optional(Type.String({ pattern: '^postgres(ql)?://' })),
  // The owner of the tables, where the service runs as a role that only uses them.
  MIGRATION_DATABASE_URL: Type.Optional(Type.String({ pattern: '^postgres(ql)?://' })),
  DATA_DIR: Type.String({ default: 'data', minLength: 1 }),
  LOAD_SAMPLE: Type.Optional(OneOf(['true', 'false', 'catalogue'])),
  POOL_SIZE: Type.Integer({ default: 10, minimum: 1, maximum: 200 }),
  ALLOW_UNSAFE_DURABILITY: Type.Boolean({ default: false }),
  // open: reading needs no key, and only this machine gets in.
  AUTH: Type.Optional(OneOf(['open', 'required'])),
  PUBLIC_READ: Type.Boolean({ default: false }),
  RATE_LIMIT: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
  JWKS_URL: Type.Optional(Type.String({ pattern: '^https?://' })),
  JWT_ISSUER: Type.Optional(Type.String()),
  JWT_AUDIENCE: Type.Optional(Type.String()),
  CORS_ORIGINS: Type.Optional(Type.String()),
  TRUST_PROXY: Type.Optional(Type.String()),
  LOG_LEVEL: OneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], { default: 'info' })
})
type Read = Static<typeof Config>

/** Whose word is taken for the address that a request comes from, as fastify takes it. */
export type TrustedProxies = true | string[] | ((address: string, hop: number) => boolean)

export type Config = Readonly<
  Omit<Read, 'CORS_ORIGINS' | 'TRUST_PROXY'> & { CORS_ORIGINS?: Origins, TRUST_PROXY?: TrustedProxies }
>

/**
 * Reads the environment once. An empty variable counts as one that is not set.
 * @throws Error that names the variables at fault
 */
export function readConfig (environment: NodeJS.ProcessEnv): Config {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const read = envSchema<Read>({ schema: Config, data: set, env: false, dotenv: false })
  const { CORS_ORIGINS, TRUST_PROXY, ...rest } = read
  for (const name of ['DATABASE_URL', 'MIGRATION_DATABASE_URL'] as const) refuseMalformed(name, read[name])
  return Object.freeze({
    ...rest,
    ...(CORS_ORIGINS === undefined ? {} : { CORS_ORIGINS: originsOf(CORS_ORIGINS) }),
    ...(TRUST_PROXY === undefined ? {} : { TRUST_PROXY: trustedProxies(TRUST_PROXY) })
  })
}

/** Its text may hold a password, and is not quoted. */
function refuseMalformed (name: string, url = 'postgres://host') {
  // Without a host, as in postgres://user@/database?host=/run/postgresql, it is no URL, and pg reads it all the same.
  if (URL.canParse(url.replace('@/', '@host/'))) return
  throw new Error(`${name} cannot be read: write it as postgres://user:password@host:5432/database, special characters as %40`)
}

/**
 * @param text origins as browsers send them, separated by commas, or `*`
 * @throws Error that names the one at fault
 */
export function originsOf (text: string): Origins {
  if (text.trim() === '*') return '*'
  const origins = text.split(',').map(origin => origin.trim())
  for (const origin of origins) {
    const url = URL.parse(origin)
    if (url?.origin !== origin || !/^https?:$/.test(url.protocol)) {
      throw new Error(`CORS_ORIGINS: ${JSON.stringify(origin)} is not an origin such as https://example.vn, nor is the whole *`)
    }
  }
  return origins
}

/**
 * @param text `true`, a number of hops, or addresses and CIDRs separated by commas
 * @throws Error that names the one at fault
 */
export function trustedProxies (text: string): TrustedProxies {
  if (text.trim() === 'true') return true
  if (/^\s*[1-9]\d?\s*$/.test(text)) {
    // Fastify takes a plain number for none, because a client that reaches the service directly could forge its
    // address. The operator knows whether one can.
    const hops = Number(text)
    return (_address, hop) => hop < hops
  }
  const addresses = text.split(',').map(address => address.trim())
  for (const address of addresses) {
    if (!isNetwork(address)) {
      throw new Error(`TRUST_PROXY: ${JSON.stringify(address)} is not an address or CIDR, nor is the whole true or a number of hops`)
    }
  }
  return addresses
}

// Fastify checks the list too, but only after the database is open, and without the name of the variable.
function isNetwork (text: string): boolean {
  const [, address = '', prefix] = /^([^/]*)(?:\/([1-9]\d{0,2}))?$/.exec(text) ?? []
  const version = isIP(address)
  return version !== 0 && Number(prefix ?? 0) <= (version === 4 ? 32 : 128)
}

/** What a configuration means for the database. */
export function databaseOf (config: Config): DatabaseOptions & MigrationOptions {
  return {
    url: config.DATABASE_URL,
    ownerUrl: config.MIGRATION_DATABASE_URL,
    dataDir: config.DATA_DIR,
    poolSize: config.POOL_SIZE,
    allowUnsafeDurability: config.ALLOW_UNSAFE_DURABILITY
  }
}

const LOOPBACK = ['127.0.0.1', '::1', 'localhost']

/** Requests a minute by default: a hundred a second. */
const RATE_LIMIT = 6_000

/**
 * The access rules that a configuration means.
 * @throws Error that names the variables that do not go together
 */
export function accessOf (config: Config): AccessOptions {
  const { AUTH, DATABASE_URL, HOST, JWKS_URL, JWT_ISSUER, JWT_AUDIENCE, PUBLIC_READ, RATE_LIMIT: limit } = config
  const open = (AUTH ?? (DATABASE_URL === undefined ? 'open' : 'required')) === 'open'
  if (open && DATABASE_URL !== undefined) {
    throw new Error('AUTH=open is for the embedded database alone; PUBLIC_READ=true leaves reading open')
  }
  if (open && !LOOPBACK.includes(HOST)) {
    throw new Error(`HOST=${HOST} lets other machines in, and reading needs no key: set AUTH=required, or HOST=127.0.0.1`)
  }
  const tokens = [JWKS_URL, JWT_ISSUER, JWT_AUDIENCE]
  if (tokens.includes(undefined) && tokens.some(value => value !== undefined)) {
    throw new Error('JWKS_URL, JWT_ISSUER and JWT_AUDIENCE are needed together: a token of anyone, for anyone, proves nothing')
  }
  return {
    publicScopes: open ? ['read', 'metrics'] : PUBLIC_READ ? ['read'] : [],
    requestsPerMinute: limit ?? (open ? 0 : RATE_LIMIT),
    issuer: JWKS_URL === undefined ? null : { jwksUrl: JWKS_URL, issuer: JWT_ISSUER!, audience: JWT_AUDIENCE! }
  }
}
