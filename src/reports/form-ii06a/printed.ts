import type { Db } from '../../database/connect.ts'
import type { Document, DocumentLanguage } from '../../documents/document.ts'
import { COLUMNS } from '../../form-ii06a/columns.ts'
import type { FormMeasure } from '../../form-ii06a/forms.ts'
import { dossierFormDocument } from '../documents/dossier-form.ts'
import { reportingOf } from '../documents/queries.ts'
import type { DossierForm } from './schema.ts'

const columns = Object.entries(COLUMNS).map(([name, number]) => ({ name: name as FormMeasure, number }))

/** The form with its head, its thirteen columns and its signature. */
export async function printedForm (db: Db, form: DossierForm, language: DocumentLanguage): Promise<Document> {
  return dossierFormDocument({
    ...form, number: 'II.06a/VPCP/KSTT', circular: 'Thông tư số 01/2020/TT-VPCP', named: 'Đơn vị giải quyết', columns
  }, await reportingOf(db, form.unit, form.period), language)
}
