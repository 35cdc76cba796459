import { setTimeout as sleep } from 'node:timers/promises'
import { ADMIN, type Service } from '../../database.ts'

/** A job when it is done, or has failed. */
export async function jobEnded ({ get }: Pick<Service, 'get'>, id: number) {
  for (;;) {
    const { body } = await get(`/v1/procedure-corrections/${id}`, ADMIN)
    if (body.state === 'done' || body.state === 'failed') return body
    await sleep(20)
  }
}
