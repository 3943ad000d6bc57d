import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const SOURCES = '{bench,examples,libs,services,tools}/**/src/**/*.{ts,tsx,js,css}'
const TESTS = '{bench,examples,libs,services,tools}/**/test/**/*.ts'
const GENERATED = ['node_modules', 'dist', '.turbo', '.data', '.stryker-tmp']

const MOST_FILES = 20
const MOST_LINES = { source: 250, test: 400 }

type File = { path: string; lines: number }

/**
 * Finds folders of source with more than 20 files beside each other, source files above 250 lines and tests above 400.
 * Prints each; returns true when there is none.
 */
export function checkSizes(root: string): boolean {
  const read = (pattern: string): File[] =>
    globSync(pattern, { cwd: root, exclude: (name) => GENERATED.includes(name) }).map((path) => ({
      path: path.replaceAll('\\', '/'),
      lines: readFileSync(join(root, path), 'utf8').split('\n').length - 1,
    }))
  const problems = [
    ...oversized(read(SOURCES), MOST_LINES.source, MOST_FILES),
    ...oversized(read(TESTS), MOST_LINES.test),
  ]
  for (const problem of problems) process.stderr.write(`${problem}\n`)
  return problems.length === 0
}

/** A line for each file above `mostLines` and each folder with more than `mostFiles` of these files. */
export function oversized(files: readonly File[], mostLines: number, mostFiles = Number.POSITIVE_INFINITY): string[] {
  const folders = Map.groupBy(files, ({ path }) => dirname(path))
  return [
    ...files
      .filter(({ lines }) => lines > mostLines)
      .map(({ path, lines }) => `${path} has ${lines} lines; ${mostLines} is the limit`),
    ...[...folders]
      .filter(([, { length }]) => length > mostFiles)
      .map(([folder, { length }]) => `${folder} has ${length} files; ${mostFiles} is the limit`),
  ]
}
