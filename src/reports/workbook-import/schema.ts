import { Type, type Static } from 'typebox'
import { BatchQuery } from '../../writes/batch.ts'
import { ReportQuery } from '../filled-report/schema.ts'

export const ImportQuery = Type.Object({
  form: ReportQuery.properties.form,
  ...BatchQuery
}, { additionalProperties: false })
export type ImportQuery = Static<typeof ImportQuery>
