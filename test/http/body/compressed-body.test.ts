import { once } from 'node:events'
import { createGunzip, gzipSync } from 'node:zlib'
import t from 'tap'
import { bounded } from '../../../src/http/body/compressed-body.ts'

const inflated = async (max?: number) => {
  const inflating = bounded(createGunzip(), max)
  inflating.end(gzipSync('Thanh Hóa'))
  inflating.resume()
  await once(inflating, 'end')
}

t.test('a body inflates to so many bytes at most, however well it was compressed', async t => {
  await inflated()
  await inflated(10)
  await t.rejects(inflated(9), { statusCode: 413, message: /more than 9 bytes/ })
})
