import { everyKeyFor, everyOperationAnswers } from './matrix.ts'

everyOperationAnswers([...everyKeyFor('district'), ...everyKeyFor('foreign')])
