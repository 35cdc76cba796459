import { everyKeyFor, everyOperationAnswers } from './matrix.ts'

everyOperationAnswers([...everyKeyFor('any'), ...everyKeyFor('province'), undefined])
