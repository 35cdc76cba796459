import { deepStrictEqual, equal, ok } from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { hashOf } from '../../../src/reports/revisions/store.ts'
import type { Report } from '../../../src/reports/filled-report/schema.ts'
import { canonicalJson } from '../../../src/text/canonical-json.ts'
import { forEachDatabase, type Answer } from '../../database.ts'
import { runs } from '../../property.ts'
import { units } from '../../../src/seed/catalogue/units.ts'
import { givenLife, UNTIL, type Life } from './given.ts'
import { instantOfDatabase } from './instant.ts'

/** Of which no rule says what they must be beside one another. */
const INDICATORS = ['2.1', '4.2.3', '5.3.2']

/** A value to write, by its indicator, or a step. */
const step = fc.oneof(
  fc.record({ indicator: fc.constantFrom(...INDICATORS), number: fc.nat(3) }),
  fc.constantFrom('submit', 'nothing', 'approve', 'reopen', 'publish', 'look', 'submit', 'approve', 'publish')
)
type Step = { indicator: string, number: number } | 'submit' | 'nothing' | 'approve' | 'reopen' | 'publish' | 'look'

/** What a report must be, kept beside the service by the simplest rules. */
class Model {
  stage = 'draft'
  values = new Map<string, number>()
  /** What each revision must answer for ever. */
  published: Map<string, number>[] = []
  wasReopened = false

  take (taken: Step): number {
    if (typeof taken === 'object') {
      if (this.stage === 'approved' || this.stage === 'published') return 409
      if (this.values.get(taken.indicator) !== taken.number) this.stage = 'draft'
      this.values.set(taken.indicator, taken.number)
      return 200
    }
    const isFinal = this.stage === 'approved' || this.stage === 'published'
    switch (taken) {
      case 'submit': return isFinal ? 409 : this.values.size === 0 ? 422 : this.move('submitted')
      case 'nothing': return isFinal ? 409 : this.values.size > 0 ? 422 : this.move('submitted')
      case 'approve': return this.stage === 'submitted' ? this.move('approved', false) : 409
      case 'reopen': return this.stage === 'draft' && !this.wasReopened ? 409 : this.move('draft', true)
      case 'publish':
        if (this.stage !== 'approved') return 409
        this.published.push(new Map(this.values))
        return this.move('published')
      case 'look': return 200
    }
  }

  move (stage: string, isReopened = this.wasReopened): number {
    this.stage = stage
    this.wasReopened = isReopened
    return 200
  }
}

const DO: Record<Exclude<Step, object>, (life: Life) => Promise<Answer>> = {
  submit: life => life.submit({ note: 'x' }),
  nothing: life => life.submit({ nothing_to_report: true }),
  approve: life => life.approve(),
  reopen: life => life.reopen({ reason: 'x', until: UNTIL }),
  publish: life => life.publish(),
  look: life => life.submission()
}

function numbersOf ({ rows }: Report): Map<string, number> {
  return new Map(rows.flatMap(({ code, number }) => number === null ? [] : [[code, number] as const]))
}

const sorted = (numbers: Map<string, number>) => [...numbers].toSorted()

forEachDatabase('any sequence of writing, submitting, approving, reopening and publishing', async (t, service) => {
  const communes = units().filter(({ level }) => level === 'commune')
  let run = 0

  t.test('keeps what was published, locks what is approved, and knows what was known', async t => {
    await t.resolves(fc.assert(fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async steps => {
      run += 1
      const life = await givenLife(service, communes[run]!.code)
      const model = new Model()
      const looks: { url: string, body: Report }[] = []
      for (const taken of steps) {
        const { status } = typeof taken === 'object'
          ? await life.write({ [taken.indicator]: taken.number })
          : await DO[taken](life)
        equal(status, model.take(taken), JSON.stringify(taken))
        if (taken !== 'look') continue
        const url = `?as_known_at=${await instantOfDatabase(service)}`
        looks.push({ url, body: (await life.report(url)).body })
      }
      equal((await life.submission()).body.stage, model.stage)

      const now: Report = (await life.report()).body
      deepStrictEqual(sorted(numbersOf(now)), sorted(model.values), 'the last revision and the writes since')
      const last = model.published.at(-1)
      equal(now.provisional, last === undefined || !isDeepStrictEqual(sorted(last), sorted(model.values)))
      equal(now.publication?.revision, last === undefined ? undefined : model.published.length)
      for (const [i, numbers] of model.published.entries()) {
        const { provisional, publication, ...content }: Report = (await life.report(`?revision=${i + 1}`)).body
        deepStrictEqual(sorted(numbersOf({ provisional, publication, ...content })), sorted(numbers))
        equal(hashOf(canonicalJson(content)), publication!.sha256)
        ok(!provisional)
      }
      for (const { url, body } of looks) deepStrictEqual((await life.report(url)).body, body, url)
    }), { numRuns: runs(40) }))
  })
})
