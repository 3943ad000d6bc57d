import { readFileSync, writeFileSync } from 'node:fs'
import { adminApiDocument } from './admin-api-document.ts'
import { breakingChanges } from './breaking-changes.ts'
import { DOCUMENT_FILE, textOf } from './document-file.ts'

// `npm run openapi`: writes the document of the admin API as the routes are now, and says what that breaks for clients.

const document = await adminApiDocument()
const breaking = breakingChanges(JSON.parse(readFileSync(DOCUMENT_FILE, 'utf8')), document)
for (const change of breaking) process.stdout.write(`breaking: ${change}\n`)
writeFileSync(DOCUMENT_FILE, textOf(document))
process.stdout.write(`${breaking.length} breaking changes; see docs/api-versioning.md\n`)
