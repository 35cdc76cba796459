import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** `cchc_<id>_<secret>`: the prefix shows that it is a key, the id which one. */
export interface Key {
  id: string
  /** The whole key, as it is shown once. */
  key: string
  sha256: Buffer
}

const PREFIX = 'cchc'
const PATTERN = new RegExp(`^${PREFIX}_([a-z0-9]{16})_([A-Za-z0-9_-]{43})$`)

/** The secret is 32 random bytes and cannot be guessed, so one SHA-256 protects it as well as a slow hash would. */
export function newKey (): Key {
  return keyOf(`${PREFIX}_${randomBytes(8).toString('hex')}_${randomBytes(32).toString('base64url')}`)!
}

/** @returns null if the text is not a key */
export function keyOf (key: string): Key | null {
  const [, id, secret] = PATTERN.exec(key) ?? []
  return id === undefined ? null : { id, key, sha256: createHash('sha256').update(Buffer.from(secret!, 'base64url')).digest() }
}

/**
 * Reads a key from credentials: the whole key, whatever the user of Basic is, or its secret as the password with its id
 * as the user.
 */
export function keyIn ({ user, secret }: { user: string | null, secret: string }): Key | null {
  return keyOf(secret) ?? keyOf(`${PREFIX}_${user}_${secret}`)
}

export function isSame (a: Buffer, b: Buffer): boolean {
  return timingSafeEqual(a, b)
}
