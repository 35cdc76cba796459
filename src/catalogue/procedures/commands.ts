import type { BatchOptions, Change } from '../../writes/batch.ts'
import { issueAt, unknownReference, type RowIssues } from '../../writes/row-issues.ts'
import type { Write } from '../../writes/write.ts'
import type { Caller } from '../../contract/caller.ts'
import type { Issue } from '../../contract/errors.ts'
import { checkOf } from '../../contract/validation.ts'
import { today } from '../../time/business-day.ts'
import { daysInOrder, postRows, type CodedTable } from '../post-rows.ts'
import { PROCEDURE_COLUMNS, proceduresOn } from './queries.ts'
import { ProcedureItem, type Procedure, type ProceduresAnswer } from './schema.ts'
import { isIssues, planPosted } from './versions/posted.ts'
import { changesOf, storePlans, type Plan } from './versions/store.ts'

const TABLE: CodedTable<ProcedureItem, Procedure> = {
  name: 'procedures',
  columns: PROCEDURE_COLUMNS,
  check: checkOf(ProcedureItem),
  rowOf: procedureOf,
  issues: knownReferences,
  rowsBefore: (trx, codes) => proceduresOn(trx, today(), codes)
}

/**
 * Creates or updates procedures, by code. What an item leaves out becomes unknown. What is new holds from today on, or,
 * as a correction, from the beginning.
 * @throws DomainError `too_many_items`, `invalid_rows`, `forbidden_rows`
 */
export async function postProcedures (
  write: Write, items: readonly unknown[], options: BatchOptions
): Promise<ProceduresAnswer> {
  const plans = new Map<number, Plan>()
  let correction: number | null = null
  const isCorrection = (index: number) => (items[index] as ProcedureItem).correction === true
  const answer = await postRows(write, items, options, {
    ...TABLE,
    refuse: (_, changes) => plan(write, changes, isCorrection, plans),
    write: async (trx, changes) => {
      const taken = changes.flatMap(({ index }) => plans.get(index!) ?? [])
      correction = await storePlans(trx, taken, write.by.client)
    }
  })
  return { ...answer, correction: options.dry_run ? null : correction }
}

/** Plans the changes of what is posted. @returns what is wrong with some of it */
async function plan (
  { trx, by }: Write, changes: readonly Change<Procedure>[], isCorrection: (index: number) => boolean,
  plans: Map<number, Plan>
): Promise<RowIssues[]> {
  const concerned = changes.filter(({ index, outcome }) => outcome !== 'unchanged' || isCorrection(index!))
  const stored = await changesOf(trx, concerned.map(({ after }) => after!.code))
  return concerned.flatMap(change => {
    const { index, after } = change
    const forbidden = commonIssues(change, by)
    if (forbidden.length > 0) return [{ index: index!, issues: forbidden }]
    const code = after!.code
    const before = stored.get(code) ?? []
    const planned = planPosted(after!, before, { correction: isCorrection(index!), today: today() })
    if (isIssues(planned)) return [{ index: index!, issues: planned }]
    plans.set(index!, { code, before, ...planned })
    return []
  })
}

async function knownReferences ({ trx, by }: Write): Promise<(row: Procedure, item: ProcedureItem) => Issue[]> {
  const fields = new Set((await trx.selectFrom('fields').select('code').execute()).map(({ code }) => code))
  const levels = new Set((await trx.selectFrom('levels').select('code').execute()).map(({ code }) => code))
  return ({ field, level, valid_from, valid_to }, item) => [
    ...daysInOrder(['valid_from', 'valid_to'], valid_from, valid_to),
    ...fields.has(field) ? [] : [unknownReference('field', field)],
    ...levels.has(level) ? [] : [unknownReference('level', level)],
    ...correctionIssues(item, by)
  ]
}

/** A correction moves dossiers of all units. */
function correctionIssues ({ correction }: ProcedureItem, by: Caller): Issue[] {
  if (!correction || by.unit === null) return []
  return [issueAt('correction', 'forbidden_unit', 'this needs a key for all units')]
}

/** What tells which dossiers of all units count, and where. */
const COMMON = ['field', 'valid_from', 'valid_to'] as const

/** What a procedure that exists is for all units, a key of one of them leaves. */
function commonIssues ({ before, after }: Change<Procedure>, by: Caller): Issue[] {
  if (by.unit === null || before === null) return []
  return COMMON.filter(property => before[property] !== after![property]).map(property => (
    issueAt(property, 'forbidden_unit', `it is ${before[property]} for all units; to change it needs a key for all units`)))
}

/** What other systems store as the last day of what has no end. No day that a text can hold comes after it. */
const NEVER = '9999-12-31'

function procedureOf ({ correction: _, ...item }: ProcedureItem): Procedure {
  const unknown = Object.fromEntries(PROCEDURE_COLUMNS.map(column => [column, null]))
  const row = { ...unknown, ...item, name: item.name.normalize('NFC') } as Procedure
  return { ...row, valid_to: row.valid_to === NEVER ? null : row.valid_to }
}
