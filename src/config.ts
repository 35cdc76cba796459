import { envSchema } from 'env-schema'
import { Type, type Static } from 'typebox'
import { OneOf } from './http/schema.ts'

const Config = Type.Object({
  HOST: Type.String({ default: '127.0.0.1' }),
  PORT: Type.Integer({ default: 3000, minimum: 0, maximum: 65535 }),
  DATABASE_URL: Type.Optional(Type.String({ pattern: '^postgres(ql)?://' })),
  DATA_DIR: Type.String({ default: 'data', minLength: 1 }),
  LOAD_SAMPLE: Type.Optional(OneOf(['true', 'false', 'catalogue'])),
  POOL_SIZE: Type.Integer({ default: 10, minimum: 1, maximum: 200 }),
  ALLOW_UNSAFE_DURABILITY: Type.Boolean({ default: false }),
  LOG_LEVEL: OneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], { default: 'info' })
})
export type Config = Readonly<Static<typeof Config>>

/**
 * Reads the environment once. An empty variable counts as one that is not set.
 * @throws Error that names the variables at fault
 */
export function readConfig (environment: NodeJS.ProcessEnv): Config {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  return Object.freeze(envSchema<Static<typeof Config>>({ schema: Config, data: set, env: false, dotenv: false }))
}
