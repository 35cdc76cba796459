import fc from 'fast-check'
import t from 'tap'
import { searchName } from '../../src/text/search-name.ts'

t.test('a unit is found by its name typed without accents', async t => {
  t.equal(searchName('Thị xã Bỉm Sơn'), 'thi xa bim son')
  t.equal(searchName('ĐÔNG SƠN'), 'dong son')
  t.equal(searchName(' Ðông  Sơn '), 'dong son', 'with an Icelandic Ð, and blanks too many')
  t.equal(searchName('ðất, ɖất, Ɖất'), 'dat, dat, dat')
  t.equal(searchName('Sở Tài nguyên và Môi trường'), 'so tai nguyen va moi truong')
})

t.test('it does not matter whether accents arrive composed or apart', async () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), name =>
    searchName(name.normalize('NFC')) === searchName(name.normalize('NFD'))))
})

t.test('a name made searchable stays as it is', async () => {
  const letters = [...'aáàảãạăắâấbcdđeêếghiklmnoôốơớpqrstuưứvxyAĐÊƯ ']
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...letters) }), name => {
    const once = searchName(name)
    return /^[a-z ]*$/.test(once) && searchName(once) === once
  }))
})
