import t from 'tap'
import { nearestTo } from '../../src/text/nearest.ts'

t.test('the nearest word', async t => {
  const known = ['bao-cao-2021', 'land-office', 'one-stop', 'sample']

  t.test('is the one that was meant', async t => {
    t.equal(nearestTo('one-stpo', known), 'one-stop')
    t.equal(nearestTo('onestop', known), 'one-stop')
    t.equal(nearestTo('land', known), 'land-office')
    t.equal(nearestTo('s', known), 'sample')
  })

  t.test('is some word where all are far, and none where there is none', async t => {
    t.equal(nearestTo('xyz', known), 'bao-cao-2021')
    t.equal(nearestTo('xyz', []), undefined)
  })
})
