import { sql } from 'kysely'
import type { Db } from '../../database/connect.ts'
import type { Page, PageRequest } from '../../contract/paging.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../database/sql/keyset.ts'
import { canonicalDerivation } from '../derivations/canonical.ts'
import type { Form, Indicator, IndicatorQuery } from './schema.ts'

const BY_CODE: OrderColumn[] = [{ name: 'code', kind: 'text' }]
const BY_POSITION: OrderColumn[] = [{ name: 'form', kind: 'text' }, { name: 'position', kind: 'number' }]
export const VALUE_KEY = ['period', 'unit', 'form', 'indicator'] as const

export const VALUE_COLUMNS = ['state', 'number', 'numerator', 'denominator', 'choice', 'printed', 'note'] as const

export async function forms (db: Db, page: PageRequest): Promise<Page<Form>> {
  const { rows } = await pageQuery(sql<Form>`${db.selectFrom('forms').selectAll()}`, BY_CODE, page).execute(db)
  return pageOf(rows, BY_CODE, page.limit)
}

export async function allForms (db: Db): Promise<Form[]> {
  return db.selectFrom('forms').selectAll().orderBy('code').execute()
}

/** Indicators, ordered as in their forms. */
export async function indicators (db: Db, filters: IndicatorQuery, page: PageRequest): Promise<Page<Indicator>> {
  const asked = filters.form === undefined ? sql`true` : sql`form = any(${filters.form})`
  const { rows } = await pageQuery(sql<Indicator>`select ${INDICATOR_COLUMNS} from indicators where ${asked}`, BY_POSITION, page).execute(db)
  return pageOf(rows.map(inOrder), BY_POSITION, page.limit)
}

/** All indicators of some forms, ordered as in them. */
export async function indicatorsOf (db: Db, forms: readonly string[]): Promise<Indicator[]> {
  const { rows } = await sql<Indicator>`
    select ${INDICATOR_COLUMNS} from indicators where form = any(${forms}) order by form, position`.execute(db)
  return rows.map(inOrder)
}

const INDICATOR_COLUMNS = sql`form, code, position, printed_code, parent, name, value_type, measure, choices, derivation,
  case when continues_form is not null then json_build_object('form', continues_form, 'indicator', continues_indicator) end as corresponds_to`

/** jsonb does not keep the order of keys. A choice begins with its value, as the form prints it: `0=Chưa`. */
function inOrder (indicator: Indicator): Indicator {
  return {
    ...indicator,
    choices: indicator.choices.map(({ value, name }) => ({ value, name })),
    derivation: canonicalDerivation(indicator.derivation)
  }
}
