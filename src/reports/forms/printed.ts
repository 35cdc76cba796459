import type { Db } from '../../database/connect.ts'
import type { Document, DocumentLanguage } from '../../documents/document.ts'
import { FORMS, type FormDefinition } from '../../form-ii06a/forms.ts'
import { dossierFormDocument } from '../documents/dossier-form.ts'
import { reportingOf } from '../documents/queries.ts'
import type { FilledForm } from './schema.ts'

const NAMED: Record<FormDefinition['rows'], string> = {
  field: 'Lĩnh vực giải quyết', procedure: 'Thủ tục hành chính', unit: 'Đơn vị giải quyết'
}

/** The form with its head, its columns and its signature. */
export async function printedForm (db: Db, form: FilledForm, language: DocumentLanguage): Promise<Document> {
  const { rows } = FORMS.find(({ form: code }) => code === form.form)!
  return dossierFormDocument({ ...form, named: NAMED[rows] }, await reportingOf(db, form.unit, form.period), language)
}
