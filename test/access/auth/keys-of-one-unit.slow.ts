import { forOneDatabase } from '../../database.ts'
import { everyKeyFor, everyOperationAnswers } from './matrix.ts'

everyOperationAnswers([...everyKeyFor('district'), ...everyKeyFor('foreign')], forOneDatabase)
