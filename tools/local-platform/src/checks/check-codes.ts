import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const DEFINITIONS = ['docs/requirements.md', 'docs/threats.md']
const SOURCES = '{bench,deploy,docs,examples,libs,services,tools}/**/*.{ts,tsx,js,md,sql,yaml}'
const CODE = /\b(?:S\d{1,2}|T-\d{2,3}|[A-Z]{2}-\d{2})\b/g

/**
 * Finds the codes of requirements, threats and cases (`S42`, `T-21`, `FC-43`, `RP-19`) without a table row in either
 * definition document. A two-letter code counts as defined when its area has a row. Prints each with its file; returns
 * true when there is none.
 */
export function checkCodes(root: string): boolean {
  const defined = new Set(
    DEFINITIONS.flatMap((file) =>
      [...readFileSync(join(root, file), 'utf8').matchAll(/^\| ([A-Z][\w-]*) \|/gm)].map(([, code]) => code),
    ),
  )
  const files = globSync(SOURCES, { cwd: root, exclude: (name) => ['node_modules', 'dist', '.turbo'].includes(name) })
  const unknown = files.flatMap((file) =>
    undefinedCodes(readFileSync(join(root, file), 'utf8'), defined).map(
      (code) => `${file}: ${code} is defined in none of ${DEFINITIONS.join(', ')}`,
    ),
  )
  for (const problem of unknown) process.stderr.write(`${problem}\n`)
  return unknown.length === 0
}

/** The codes of a text that are not defined, each once. */
export function undefinedCodes(text: string, defined: ReadonlySet<string | undefined>): string[] {
  const codes = new Set([...text.matchAll(CODE)].map(([code]) => code))
  return [...codes].filter((code) => !defined.has(code) && !defined.has(code.slice(0, code.indexOf('-'))))
}
