import { globSync, readFileSync, rmSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { startEmbeddedDatabase } from '@jackfield/local-stores/embedded-database'
import { findFreePort } from '@jackfield/local-stores/free-port'
import { runTurbo } from './run-turbo.ts'

// `npm test`: every workspace's tests, on one Postgres, and how many ran.

const root = join(import.meta.dirname, '../../..')
const workspaces = { cwd: root, exclude: (name: string) => name === 'node_modules' }

const reportsOf = (name: string) => globSync(`{libs,services,tools,examples}/*/${name}`, workspaces)
for (const report of [...reportsOf('test-report.json'), ...reportsOf('test-errors.json')]) rmSync(join(root, report))
const withTests = new Set(globSync('{libs,services,tools,examples}/*/test/**/*.test.ts', workspaces).map(workspaceOf))

const folder = await mkdtemp(join(tmpdir(), 'jackfield-tests-'))
await chmod(folder, 0o755)
const given = process.env.DATABASE_URL
const database = given
  ? undefined
  : await startEmbeddedDatabase({ folder: join(folder, 'postgres'), port: await findFreePort(), password: 'test', durable: false })
process.stdout.write(
  `tests on ${given ? 'the Postgres of DATABASE_URL' : 'embedded Postgres'}, queues on ${process.env.REDIS_URL ? 'the Redis of REDIS_URL' : 'Postgres'}\n`,
)

let code = 1
try {
  // The journeys start the whole platform and a browser; they run alone so that nothing else takes their time.
  const environment = { DATABASE_URL: given ?? database?.url ?? '' }
  const journeys = ['--filter=@jackfield/journeys']
  const build = await runTurbo(root, ['run', 'build', '--output-logs=errors-only'])
  const others =
    build ||
    (await runTurbo(root, ['run', 'test', '--filter=!@jackfield/journeys', '--concurrency=2', '--continue=always', '--output-logs=full'], {
      environment,
    }))
  const whole = build || (await runTurbo(root, ['run', 'test', ...journeys, '--output-logs=full'], { environment }))
  code = build || others || whole
} finally {
  await database?.stop()
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
}

const reportFiles = reportsOf('test-report.json')
const reports = reportFiles.map((report) => read<Report>(report))
const errors = reportsOf('test-errors.json').flatMap((file) =>
  read<string[]>(file).map((error) => ({ workspace: workspaceOf(file), error })),
)
const unreported = [...withTests.difference(new Set(reportFiles.map(workspaceOf)))]
const sum = (of: (report: Report) => number) => reports.reduce((total, report) => total + of(report), 0)
const passed = sum((report) => report.numPassedTests)
const failed =
  sum((report) => report.numFailedTests) +
  sum((report) => report.testResults.filter(failedOutsideTests).length) +
  errors.length +
  unreported.length
const skipped = sum((report) => report.numPendingTests + report.numTodoTests)
// Named once more at the end: what they said is pages above, or cut off by whoever keeps only the end of the output.
for (const file of reports.flatMap((report) => report.testResults).filter((each) => each.status === 'failed')) {
  process.stderr.write(`\nfailed in ${relative(root, file.name)}\n`)
  if (failedOutsideTests(file)) process.stderr.write(`  ${firstLines(file.message)}\n`)
  for (const { status, fullName, failureMessages } of file.assertionResults) {
    if (status === 'failed') process.stderr.write(`  ${fullName}\n    ${firstLines(failureMessages?.join('\n'))}\n`)
  }
}
for (const { workspace, error } of errors) process.stderr.write(`\noutside of the tests of ${workspace}\n  ${firstLines(error)}\n`)
for (const workspace of unreported) process.stderr.write(`${workspace} has tests but made no report\n`)
process.stdout.write(`\n${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}\n`)
process.exit(code || (failed > 0 || passed === 0 ? 1 : 0))

function workspaceOf(file: string): string {
  return file.split(/[\\/]/, 2).join('/')
}

function read<T>(file: string): T {
  return JSON.parse(readFileSync(join(root, file), 'utf8')) as T
}

/** The file could not be read, or one of its hooks failed. */
function failedOutsideTests(file: TestFile): boolean {
  return file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed')
}

function firstLines(message: string | undefined): string {
  return (message ?? 'no message').split('\n').slice(0, 12).join('\n    ')
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
