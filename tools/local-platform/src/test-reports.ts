import { globSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'

// What the workspaces' test runs left behind (`testsOf` says which files), counted and told once more.

const root = join(import.meta.dirname, '../../..')
const workspaces = { cwd: root, exclude: (name: string) => name === 'node_modules' }
const inWorkspaces = (name: string) => globSync(`{libs,services,tools,examples}/*/${name}`, workspaces)

export type TestSummary = { passed: number; failed: number; skipped: number; failures: readonly string[] }

export function removeTestReports(): void {
  for (const file of [...inWorkspaces('test-report.json'), ...inWorkspaces('test-errors.json')]) rmSync(join(root, file))
}

/** A workspace that has tests and made no report has failed, and so has what was thrown outside of its tests. */
export function readTestReports(): TestSummary {
  const files = inWorkspaces('test-report.json')
  const reports = files.map((file) => read<Report>(file))
  const errors = inWorkspaces('test-errors.json').flatMap((file) =>
    read<string[]>(file).map((error) => ({ workspace: workspaceOf(file), error })),
  )
  const withTests = new Set(inWorkspaces('test/**/*.test.ts').map(workspaceOf))
  const unreported = [...withTests.difference(new Set(files.map(workspaceOf)))]
  const testFiles = reports.flatMap((report) => report.testResults)
  const sum = (of: (report: Report) => number) => reports.reduce((total, report) => total + of(report), 0)
  return {
    passed: sum((report) => report.numPassedTests),
    failed: sum((report) => report.numFailedTests) + testFiles.filter(failedOutsideTests).length + errors.length + unreported.length,
    skipped: sum((report) => report.numPendingTests + report.numTodoTests),
    failures: [
      ...testFiles.filter((file) => file.status === 'failed').map(tellFailure),
      ...errors.map(({ workspace, error }) => `\noutside of the tests of ${workspace}\n  ${firstLines(error)}`),
      ...unreported.map((workspace) => `\n${workspace} has tests but made no report`),
    ],
  }
}

const LAST_LINES = 30

/** The last lines of each task that turbo says has failed, from what it wrote. */
export function lastWordsOfFailed(output: string): string[] {
  const lines = output.split('\n')
  const failed = new Set(lines.flatMap((line) => line.match(/^(\S+)#test: +ERROR/)?.[1] ?? []))
  return [...failed].map((name) => {
    const own = lines.filter((line) => line.startsWith(`${name}:test:`))
    return `\n${name} failed; it ended with\n${own.slice(-LAST_LINES).join('\n')}`
  })
}

function tellFailure(file: TestFile): string {
  const failed = file.assertionResults.filter(({ status }) => status === 'failed')
  const told = failed.map(({ fullName, failureMessages }) => `\n  ${fullName}\n    ${firstLines(failureMessages?.join('\n'))}`)
  return `\nfailed in ${relative(root, file.name)}${failedOutsideTests(file) ? `\n  ${firstLines(file.message)}` : ''}${told.join('')}`
}

/** The file could not be read, or one of its hooks failed. */
function failedOutsideTests(file: TestFile): boolean {
  return file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed')
}

function workspaceOf(file: string): string {
  return file.split(/[\\/]/, 2).join('/')
}

function read<T>(file: string): T {
  return JSON.parse(readFileSync(join(root, file), 'utf8')) as T
}

function firstLines(message: string | undefined): string {
  return (message || 'no message').split('\n').slice(0, 12).join('\n    ')
}

type Report = {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  numTodoTests: number
  testResults: readonly TestFile[]
}

type TestFile = {
  name: string
  status: string
  message?: string
  assertionResults: ReadonlyArray<{ status: string; fullName: string; failureMessages?: readonly string[] }>
}
