import { readFileSync } from 'node:fs'
import { createConfig, lint } from '@redocly/openapi-core'
import { adminApiDocument } from './admin-api-document.ts'
import { breakingChanges } from './breaking-changes.ts'
import { DOCUMENT_FILE, textOf } from './document-file.ts'

/**
 * Whether the committed document is what the routes are, and keeps Redocly's recommended rules. Prints what is wrong,
 * breaking changes first.
 */
export async function checkDocument(): Promise<boolean> {
  const committed = readFileSync(DOCUMENT_FILE, 'utf8')
  const document = await adminApiDocument()
  const defects = await lintDefects()
  if (textOf(document) !== committed) {
    for (const change of breakingChanges(JSON.parse(committed), document)) defects.push(`breaking change: ${change}`)
    defects.push('libs/contract/openapi.json is not what the routes are: run `npm run openapi`.')
  }
  for (const defect of defects) process.stdout.write(`${defect}\n`)
  return defects.length === 0
}

async function lintDefects(): Promise<string[]> {
  const problems = await lint({ ref: DOCUMENT_FILE, config: await createConfig({ extends: ['recommended'] }) })
  return problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer ?? ''}`)
}
