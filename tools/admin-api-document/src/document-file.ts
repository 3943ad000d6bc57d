import { join } from 'node:path'

/** The committed document, which the gateway serves. */
export const DOCUMENT_FILE = join(import.meta.dirname, '../../../libs/contract/openapi.json')

export const textOf = (document: unknown) => `${JSON.stringify(document, null, 2)}\n`
