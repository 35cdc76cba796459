// Writes the contract into openapi/; with --check it only compares.
import { readFile, writeFile } from 'node:fs/promises'
import { Converter } from '@apiture/openapi-down-convert'
import { buildApp } from '../app.ts'
import { connect } from '../database/connect.ts'

const FOLDER = new URL('../../openapi/', import.meta.url)

const contract = await readContract()
const files = { 'openapi.json': contract, 'openapi-3.0.json': downConverted(contract) }
for (const [name, document] of Object.entries(files)) {
  const file = new URL(name, FOLDER)
  const text = `${JSON.stringify(document, null, 2)}\n`
  if (!process.argv.includes('--check')) await writeFile(file, text)
  else if (await readFile(file, 'utf8').catch(() => '') !== text) {
    console.error(`openapi/${name} is not what the service serves: run npm run write:contract and review the difference`)
    process.exitCode = 1
  }
}

async function readContract () {
  // Nothing connects before the first query, and the contract asks none.
  const { db, close } = connect({ connectionString: 'postgres://nowhere.invalid/none' }, { max: 1, onLost: () => {} })
  const app = await buildApp({ db })
  try {
    const { body } = await app.inject('/openapi.json')
    return JSON.parse(body) as object
  } finally {
    await app.close()
    await close()
  }
}

/** OpenAPI 3.0, for tools that know no newer one. */
function downConverted (document: object) {
  const converted = new Converter(document).convert()
  const { info, ...rest } = converted as { info: { license: { name: string } } }
  // 3.0 knows no SPDX identifiers.
  const license = { ...info.license, url: 'https://spdx.org/licenses/MIT.html' }
  return { ...rest, info: { ...info, license } }
}
