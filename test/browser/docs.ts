// Opens the documentation in a browser, tries an operation out as a newcomer would, and reads its answer.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Locator, type Page } from 'playwright-core'
import { run } from '../bench/process.ts'

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
const FLAGS = [
  // Root has no sandbox, and small machines no shared memory to speak of. The rest keeps it from calling home.
  '--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'
]

if (existsSync(CHROMIUM)) await main()
else if (process.env['REQUIRE_BROWSER'] === undefined) {
  console.log(`skipped: there is no browser at ${CHROMIUM}; set CHROMIUM to one, or REQUIRE_BROWSER=1 to fail`)
} else {
  console.error(`there is no browser at ${CHROMIUM}; set CHROMIUM`)
  process.exitCode = 1
}

async function main () {
  const folder = await mkdtemp(join(tmpdir(), 'cchc-browser-'))
  const service = await run('src/server.ts', { HOST: '127.0.0.1', PORT: '0', DATABASE_URL: '', DATA_DIR: join(folder, 'data') })
  try {
    await withPage(join(folder, 'profile'), async page => {
      await page.goto(`${service.address}/docs`)
      await tryOut(page)
      const [, id] = service.key!.split('_')
      const write = () => execute(page, 'catalogue', 'postProcedures')
      assert.equal(await write(), 401, 'without a key nothing is written')
      const carriers = { bearer: [service.key!], apiKey: [service.key!], basic: [id!, service.key!] }
      for (const [scheme, inputs] of Object.entries(carriers)) {
        await authorize(page, scheme, inputs)
        assert.equal(await write(), 200, `a key is taken as ${scheme}`)
        // Not by a reload, which would open what was open.
        await page.goto('about:blank')
        await page.goto(`${service.address}/docs`)
      }
    })
    console.log('the documentation works in a browser')
  } finally {
    await service.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function withPage (profile: string, use: (page: Page) => Promise<void>) {
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM, headless: true, args: FLAGS, viewport: { width: 1280, height: 1600 }
  })
  try {
    const page = await browser.newPage()
    page.setDefaultTimeout(20_000)
    const complaints: string[] = []
    // What the content security policy forbids is reported as an error, too.
    page.on('console', message => {
      // A refusal is an answer like others.
      if (message.type() === 'error' && !message.text().includes('status of 401')) complaints.push(message.text())
    })
    page.on('pageerror', error => complaints.push(error.message))
    page.on('requestfailed', request => complaints.push(`${request.url()}: ${request.failure()?.errorText}`))
    await use(page)
    assert.deepEqual(complaints, [], 'the browser complains of nothing')
  } finally {
    await browser.close()
  }
}

function operationIn (page: Page, tag: string, operationId: string): Locator {
  return page.locator(`#operations-${tag}-${operationId}`)
}

/** Opens the tag and the operation where they are closed. @returns the status of the answer */
async function execute (page: Page, tag: string, operationId: string): Promise<number> {
  const operation = operationIn(page, tag, operationId)
  const heading = page.locator(`#operations-tag-${tag}`)
  if (await heading.getAttribute('data-is-open') === 'false') await heading.click()
  if (await operation.getByRole('button', { name: 'Execute' }).count() === 0) {
    await operation.locator('.opblock-summary-control').click()
    await operation.getByRole('button', { name: 'Try it out' }).click()
  }
  const answered = operation.page().waitForResponse(/\/v1\//)
  await operation.getByRole('button', { name: 'Execute' }).click()
  const response = await answered
  await response.finished()
  return response.status()
}

/** Fills in what one of the schemes asks for. */
async function authorize (page: Page, scheme: string, inputs: string[]) {
  await page.locator('.auth-wrapper .authorize').first().click()
  const form = page.locator('.auth-container').filter({ hasText: new RegExp(`^${scheme}\\b`) })
  for (const [i, text] of inputs.entries()) await form.locator('input').nth(i).fill(text)
  await form.getByRole('button', { name: 'Apply credentials' }).click()
  await page.locator('.btn-done').first().click()
}

async function tryOut (page: Page) {
  assert.equal(await execute(page, 'statistics', 'getOnTime'), 200)
  const operation = operationIn(page, 'statistics', 'getOnTime')
  for (const [status, shown] of [['200', /"level_name": "Cấp xã"/], ['400', /"code": "invalid_request"/]] as const) {
    const documented = operation.locator(`.responses-table .response[data-code="${status}"]`)
    assert.match(await documented.locator('.example').first().innerText(), shown, `${status} has a real example`)
  }
  const answer = operation.locator('.live-responses-table .response').first()
  assert.match(await answer.locator('.response-col_status').innerText(), /^200\b/)
  const text = await answer.locator('.response-col_description .highlight-code code').first().innerText()
  const { items } = JSON.parse(text) as { items: { level: string, resolved: number, on_time_percent: number }[] }
  assert.deepEqual(items.map(({ level }) => level), ['commune', 'district', 'province'])
  for (const { resolved, on_time_percent: percent } of items) {
    assert.ok(resolved > 0)
    assert.ok(percent > 50 && percent < 100)
  }
  if (process.env['SCREENSHOT'] !== undefined) {
    await answer.scrollIntoViewIfNeeded()
    await page.screenshot({ path: process.env['SCREENSHOT'] })
  }
}
