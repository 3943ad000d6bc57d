import { globSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

// Sums up the reports of the workspaces' test runs (`testsOf` names the files).

const root = join(import.meta.dirname, '../../../..')
const workspaces = { cwd: root, exclude: (name: string) => name === 'node_modules' }
const inWorkspaces = (name: string) => globSync(`{libs,services,tools,examples}/*/${name}`, workspaces)

type TestSummary = { passed: number; failed: number; skipped: number; failures: readonly Failure[] }
type Failure = { workspace: string; text: string }

export function removeTestReports(): void {
  for (const file of [...inWorkspaces('test-report.json'), ...inWorkspaces('test-errors.json')])
    rmSync(join(root, file))
}

/**
 * A workspace fails when it has tests but ran none, or when an error was thrown outside of its tests. `chosen` names
 * the folders of the workspaces that ran; default: all.
 */
export function readTestReports(chosen?: readonly string[]): TestSummary {
  const withTests = new Set(
    inWorkspaces('test/**/*.test.ts')
      .map(workspaceOf)
      .filter((workspace) => chosen?.includes(workspace) ?? true),
  )
  const reports = inWorkspaces('test-report.json').map((file) => ({
    workspace: workspaceOf(file),
    ...read<Report>(file),
  }))
  const ran = new Set(reports.filter(({ testResults }) => testResults.length > 0).map(({ workspace }) => workspace))
  const failures = [
    ...reports.flatMap(({ workspace, testResults }) =>
      testResults.flatMap(tellFailed).map((text) => ({ workspace, text })),
    ),
    ...inWorkspaces('test-errors.json').flatMap((file) =>
      read<string[]>(file).map((error) => ({
        workspace: workspaceOf(file),
        text: `outside of the tests of ${workspaceOf(file)}\n  ${firstLines(error)}`,
      })),
    ),
    ...[...withTests.difference(ran)].map((workspace) => ({ workspace, text: `${workspace} has tests but ran none` })),
  ]
  const sum = (of: (report: Report) => number) => reports.reduce((total, report) => total + of(report), 0)
  return {
    passed: sum((report) => report.numPassedTests),
    failed: failures.length,
    skipped: sum((report) => report.numPendingTests + report.numTodoTests),
    failures,
  }
}

const LAST_LINES = 30

/** The last lines of each task that turbo reports as failed, unless its failures are `reported` already. */
export function lastWordsOfFailed(output: string, reported: readonly Failure[]): string[] {
  const lines = stripVTControlCharacters(output).split('\n')
  const known = new Set(reported.map(({ workspace }) => read<{ name: string }>(`${workspace}/package.json`).name))
  const failed = new Set(lines.flatMap((line) => line.match(/^(\S+)#test: +ERROR/)?.[1] ?? []))
  return [...failed.difference(known)].map((name) => {
    const own = lines.filter((line) => line.startsWith(`${name}:test:`))
    return `${name} failed; it ended with\n${(own.length > 0 ? own : lines).slice(-LAST_LINES).join('\n')}`
  })
}

function tellFailed({ name, assertionResults }: TestFile): string[] {
  const failed = assertionResults.filter(({ status }) => status === 'failed')
  return failed.map(
    ({ fullName, failureMessages }) =>
      `failed in ${relative(root, name)}\n  ${fullName}\n    ${firstLines(failureMessages?.join('\n'))}`,
  )
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
  numPendingTests: number
  numTodoTests: number
  testResults: readonly TestFile[]
}

type TestFile = {
  name: string
  assertionResults: ReadonlyArray<{ status: string; fullName: string; failureMessages?: readonly string[] }>
}
