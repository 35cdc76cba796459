import type { UnitChangeAnswer } from '../../../src/catalogue/unit-changes/schema.ts'
import { communesOfToday, eventSets } from '../../../src/seed/reform/event-sets.ts'
import { post, send, type Bench } from './bench.ts'
import { writeFiles } from './files.ts'
import { PER_DAY_OF_THREE_YEARS } from './records.ts'
import { timesInDatabase } from './statements.ts'
import { grouped, printTable } from './table.ts'

const PATH = '/v1/on-time?basis=records&period=2021,2022,2023'
const GROUPS = { level: '&group_by=level', unit: '&group_by=unit', nothing: '' }
const TIMES = { times: 300, warmUp: 10 }

/** What it costs to carry three years of dossiers to the units of today, and what the reform costs beside them. */
export async function measureHierarchy (bench: Bench, folder: string, records: number): Promise<void> {
  await post(bench, writeFiles(folder, 0, records, PER_DAY_OF_THREE_YEARS).posted)
  const events = await reform(bench)
  await bench.postgres.query('vacuum analyze', [], bench.url)
  const rows: Record<string, string>[] = []
  for (const [key, groupBy] of Object.entries(GROUPS)) {
    const asReported = await timesInDatabase(bench, folder, { key, paths: [PATH + groupBy], ...TIMES })
    const current = await timesInDatabase(bench, folder, { key, paths: [`${PATH}${groupBy}&hierarchy=current`], ...TIMES })
    rows.push({
      'group by': key,
      'as reported, p50 ms': asReported.p50.toFixed(2), 'current, p50 ms': current.p50.toFixed(2), 'p99 ms': current.p99.toFixed(2),
      'p50, current of as reported': (current.p50 / asReported.p50).toFixed(2)
    })
  }
  printTable('What today\'s units cost', `The statements of one \`GET ${PATH}…\` with ${grouped(records)} dossiers of three years, with ` +
    'and without `hierarchy=current`.', rows)
  printTable('What the reform costs', `\`POST /v1/unit-changes\` beside ${grouped(records)} dossiers; one in ten of them is open and passes ` +
    'to a successor.', events)
}

async function reform (bench: Bench) {
  const rows: Record<string, string | number>[] = []
  for (const eventSet of eventSets(communesOfToday())) {
    const since = performance.now()
    const { ended, dossiers_passed: passed } = await send<UnitChangeAnswer>(bench, '/v1/unit-changes', eventSet)
    rows.push({ day: eventSet.effective_on, 'units that end': ended, 'dossiers that pass': grouped(passed), ms: grouped(performance.now() - since) })
  }
  return rows
}
