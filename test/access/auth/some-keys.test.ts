import { everyOperationAnswers } from './matrix.ts'

// Two that tell most. The thousands of requests of all keys are in the slow tests beside this one.
everyOperationAnswers([{ may: 'all', where: 'district' }, undefined])
