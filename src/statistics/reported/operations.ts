import type { TObject } from 'typebox'
import type { Write } from '../../writes/write.ts'
import { DOSSIERS, FEEDBACK } from '../kinds/index.ts'
import type { StatisticsKind } from '../kinds/kind.ts'
import {
  DeletedFeedbackStatistics, FeedbackDeleteQuery, FeedbackListQuery, FeedbackStatistics, FeedbackStatisticsAnswer
} from '../feedback/schema.ts'
import {
  deleteDossierStatistics, deleteFeedbackStatistics, postDossierStatistics, postFeedbackStatistics
} from './commands.ts'
import {
  DeletedStatistics, DeleteQuery, DossierStatistics, DossierStatisticsAnswer, ListQuery
} from './schema.ts'

interface Words {
  operationId: string
  summary: string
  description?: string
}

/** What the routes of a kind do, and say in the contract. */
export interface ReportedOperations {
  kind: StatisticsKind
  schemas: Record<'row' | 'answer' | 'deleted' | 'deleteQuery' | 'listQuery', TObject>
  post: { words: Words, command: typeof postDossierStatistics, example: object }
  remove: { words: Words, command: (write: Write, asked: DeleteQuery) => Promise<DeletedStatistics> }
  list: { words: Words, order: string }
}

const DELETION = 'For figures that were posted by mistake. The unit is as if it had never reported them: it does not count ' +
  'in `units_reported`, and what it displaced of other sources counts again. Rows that were reported before the deletion, by ' +
  '`reported_at`, do not come back.'

export const OF_DOSSIERS: ReportedOperations = {
  kind: DOSSIERS,
  schemas: {
    row: DossierStatistics, answer: DossierStatisticsAnswer, deleted: DeletedStatistics, deleteQuery: DeleteQuery,
    listQuery: ListQuery
  },
  post: {
    words: {
      operationId: 'postDossierStatistics',
      summary: 'Report dossier statistics (form II.06a)',
      description: 'Creates or updates rows by unit, period, source, scope, field and procedure. Measures that follow ' +
        'from others are filled in. A row that breaks an identity of the form is refused. All rows of a unit, period, ' +
        'source and scope are by procedure, all are by field, or there is one row for the whole. A period that has not begun ' +
        'is refused.'
    },
    command: postDossierStatistics,
    example: {
      unit: 'H56-380',
      period: '2021-Q4',
      source: 'one-stop',
      field: 'land',
      received_online: 120,
      received_direct: 800,
      carried_over: 80,
      resolved_in_time: 900,
      resolved_overdue: 20,
      pending_overdue: 5
    }
  },
  remove: {
    words: {
      operationId: 'deleteDossierStatistics',
      summary: 'Delete what one source reported for a unit and a period',
      description: DELETION
    },
    command: deleteDossierStatistics
  },
  list: {
    words: { operationId: 'listDossierStatistics', summary: 'List dossier statistics as stored, of every source' },
    order: 'Rows, ordered by period, unit, scope, source, field and procedure.'
  }
}

export const OF_FEEDBACK: ReportedOperations = {
  kind: FEEDBACK,
  schemas: {
    row: FeedbackStatistics, answer: FeedbackStatisticsAnswer, deleted: DeletedFeedbackStatistics,
    deleteQuery: FeedbackDeleteQuery, listQuery: FeedbackListQuery
  },
  post: {
    words: {
      operationId: 'postFeedbackStatistics',
      summary: 'Report statistics of citizens\' feedback',
      description: 'Feedback is what citizens report or propose to an office (phản ánh, kiến nghị). Creates or updates rows by ' +
        'unit, period, source and scope. Measures that follow from others are filled in. ' +
        'A row that contradicts itself is refused: `received` = `received_in_period` + `carried_over` = `resolved` + `pending`, ' +
        '`resolved` = `resolved_in_time` + `resolved_overdue`, `pending` = `pending_in_time` + `pending_overdue`. A period that ' +
        'has not begun is refused.'
    },
    command: postFeedbackStatistics,
    example: {
      unit: 'H56-380',
      period: '2021-Q4',
      source: 'one-stop',
      received_in_period: 40,
      carried_over: 3,
      resolved_in_time: 36,
      resolved_overdue: 1,
      pending_overdue: 0
    }
  },
  remove: {
    words: {
      operationId: 'deleteFeedbackStatistics',
      summary: 'Delete what one source reported of feedback for a unit and a period',
      description: DELETION
    },
    command: deleteFeedbackStatistics
  },
  list: {
    words: { operationId: 'listFeedbackStatistics', summary: 'List feedback statistics as stored, of every source' },
    order: 'Rows, ordered by period, unit, scope and source.'
  }
}
