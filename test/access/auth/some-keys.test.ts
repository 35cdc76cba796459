import { everyOperationAnswers } from './matrix.ts'

// One key of each kind. The thousands of requests of all the others are in the slow tests beside this one.
everyOperationAnswers([
  { may: 'all', where: 'any' }, { may: 'all', where: 'district' }, { may: 'read', where: 'foreign' }, undefined
])
