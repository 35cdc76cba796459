import { randomFrom } from '../../../src/seed/sample/random.ts'
import type { Bench } from './bench.ts'
import { clear, post } from './bench.ts'
import { desksOfToday } from './desks.ts'
import { Lines, postedLine, type Written } from './files.ts'
import { DECEMBER_2025, histories, type Version } from './records.ts'
import { timesInDatabase } from './statements.ts'
import { grouped, printTable } from './table.ts'

/** Of the records, those of which the source says something more. */
const SAID = 0.9
/** Of the half year that they are spread over. */
const WORKING_DAYS = 124
/** Milliseconds that p99 is meant to stay under. */
const GOAL = 20
const TIMES = { times: 300, warmUp: 10 }
const ASKED = '&formula=qd-766-found-2026&unit=H56'
/** A quarter of the units that report since the reform, and one of those before it. */
const QUARTERS = { today: 'cal-2026-Q2', before: 'cal-2021-Q2' }
/** As much of each as has happened when it is not over. */
const DAYS = { today: 'from=2026-04-01&to=2026-06-20', before: 'from=2021-04-01&to=2021-06-20' }
const RANKED = '&children=true&rank=true'
const QUESTIONS = {
  'units of today, ranked and compared': `${RANKED}&compare=previous&hierarchy=current`,
  'ranked and compared': `${RANKED}&compare=previous`,
  'the province': ''
}

/**
 * What the points of a quarter cost, where sources say what the evaluation counts: after the reform, since which the
 * province has its communes directly below it, and with the more units of before.
 */
export async function measureEvaluation (bench: Bench, folder: string, records: number): Promise<void> {
  for (const when of ['today', 'before'] as const) {
    const quarter = QUARTERS[when]
    const asked = Object.entries(QUESTIONS).map(([key, others]) => [key, `period=${quarter}`, others] as const)
    await clear(bench)
    await post(bench, writeWithDetails(folder, records, when === 'today'))
    await bench.postgres.query('vacuum analyze', [], bench.url)
    const [{ units }] = await bench.postgres.query('select count(*) as units from dossier_desks', [], bench.url) as [{ units: string }]
    const rows: Record<string, string>[] = []
    for (const [key, span, others] of [...asked, ['until a day of it, ranked', DAYS[when], RANKED] as const]) {
      const paths = [`/v1/evaluation?${span}${ASKED}${others}`]
      const { p50, p99 } = await timesInDatabase(bench, folder, { key, paths, ...TIMES })
      const goal = when === 'today' ? `${GOAL}${p99 < GOAL ? '' : ' **missed**'}` : ''
      rows.push({ asked: key, 'p50 ms': p50.toFixed(2), 'p99 ms': p99.toFixed(2), 'goal, p99': goal })
    }
    printTable(`The evaluation of a quarter with ${units} units`, `The statements of one \`GET /v1/evaluation?period=${quarter}…\` with ` +
      `${grouped(records)} dossiers.`, rows)
  }
}

/** The newest versions of dossiers as lines to post, most with what the evaluation counts. */
export function writeWithDetails (folder: string, records: number, isOfToday: boolean): Written {
  const lines = new Lines(`${folder}/with-details-${records}.ndjson`)
  const random = randomFrom('details')
  const where = isOfToday ? { since: DECEMBER_2025, urn: desksOfToday() } : {}
  for (const versions of histories(records, Math.ceil(records / WORKING_DAYS), where)) {
    const newest = versions.at(-1)!
    const line = postedLine(newest)
    const details = JSON.stringify(detailsOf(newest, random))
    lines.add(random() < SAID ? line.replace(/}\n$/, `,${details.slice(1)}\n`) : line)
  }
  lines.close()
  return lines
}

function detailsOf ({ channel }: Version, random: () => number): object {
  const isPaid = random() < 0.6
  return {
    ...channel === 'online' ? { online_service: random() < 0.7 ? 'full' : 'partial' } : {},
    fee_due: isPaid ? 20_000 : 0, ...isPaid ? { fee_paid: 20_000, payment_channel: random() < 0.5 ? 'online' : 'direct' } : {},
    parts: 5, digitised_parts: random() < 0.7 ? 4 : 0, electronic_result: random() < 0.8, data_reused: random() < 0.3,
    databases_used: random() < 0.5 ? 1 : 0, identity_verified: random() < 0.6
  }
}
