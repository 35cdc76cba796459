import { Readable } from 'node:stream'
import fc from 'fast-check'
import t from 'tap'
import { linesOf, MAX_LINE, type Line } from '../../src/text/ndjson-lines.ts'

async function read (...pieces: (string | Buffer)[]): Promise<Line[]> {
  const stream = Readable.from(pieces.map(piece => Buffer.from(piece)), { objectMode: false })
  const lines = []
  for await (const some of linesOf(stream, () => {})) lines.push(...some)
  return lines
}

t.test('lines of a stream', async t => {
  t.test('are the same however it is cut into pieces', async t => {
    const line = fc.string({ unit: 'grapheme', maxLength: 20 }).map(text => text.replaceAll(/[\r\n\ufeff]/g, ''))
    await fc.assert(fc.asyncProperty(fc.array(line), fc.constantFrom('\n', '\r\n'), fc.array(fc.nat(400)), fc.boolean(), async (texts, end, cuts, ended) => {
      const bytes = Buffer.from(texts.join(end) + (ended ? end : ''))
      const places = [0, ...cuts.map(cut => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length]
      const pieces = places.slice(1).map((to, i) => bytes.subarray(places[i], to))
      const expected = texts.map((text, i) => ({ number: i + 1, text })).filter(({ text }) => text !== '')
      t.same((await read(...pieces)).map(({ number, text }) => ({ number, text: text?.replace(/\r$/, '') })), expected)
    }))
  })

  t.test('are told of when they are not UTF-8, and the others are read', async t => {
    t.same(await read('a\n', Buffer.from([0xff, 0x0a]), 'ệ\n', Buffer.from([0xc3])), [
      { number: 1, text: 'a' }, { number: 2, text: null }, { number: 3, text: 'ệ' }, { number: 4, text: null }
    ])
    t.same(await read(Buffer.from([0x61, 0x0a, 0xff, 0x0a, 0x62, 0x0a])), [
      { number: 1, text: 'a' }, { number: 2, text: null }, { number: 3, text: 'b' }
    ])
  })

  t.test('may begin with a BOM, which is none of it', async t => {
    t.same(await read('\ufeffa\n\ufeffb'), [{ number: 1, text: 'a' }, { number: 2, text: '\ufeffb' }])
  })

  t.test('end with an error when the stream does', async t => {
    const broken = Readable.from((function * () { yield Buffer.from('a\n'); throw new Error('gone') })(), { objectMode: false })
    const reading = linesOf(broken, () => {})
    t.same((await reading.next()).value, [{ number: 1, text: 'a' }])
    await t.rejects(reading.next(), { message: 'the body broke off', statusCode: 400 })
  })

  t.test('are not kept when they have no end', async t => {
    const long = 'x'.repeat(MAX_LINE / 2)
    const line = { number: 1, text: null }
    t.same(await read(long, long, long, long, 'x\n', 'b\n'), [line, { number: 2, text: 'b' }])
    t.same(await read(long, long, 'x'), [line])
    t.same(await read(`${long}${long}x\nb\n`), [line, { number: 2, text: 'b' }])
    t.same(await read(`${long}${long}\nb\n`), [{ number: 1, text: long + long }, { number: 2, text: 'b' }])
  })
})
