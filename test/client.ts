import type { Service } from './database.ts'

export interface GivenClient {
  id: string
  key: string
  headers: { authorization: string }
}

/** Makes a client and a key of it, as an administrator does. */
export async function givenClient ({ put, post }: Pick<Service, 'put' | 'post'>, code: string, body: object): Promise<GivenClient> {
  const described = await put(`/v1/clients/${code}`, { name: code, ...body })
  if (described.status !== 200) throw new Error(described.text)
  return givenKey({ post }, code)
}

export async function givenKey ({ post }: Pick<Service, 'post'>, code: string): Promise<GivenClient> {
  const { status, text, body: { id, key } } = await post(`/v1/clients/${code}/keys`, undefined)
  if (status !== 200) throw new Error(text)
  return { id, key, headers: { authorization: `Bearer ${key}` } }
}
