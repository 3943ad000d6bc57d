import { join } from 'node:path'
import { runTurbo } from './run-turbo.ts'
import { withTestDatabase } from './test-database.ts'
import { lastWordsOfFailed, readTestReports, removeTestReports } from './test-reports.ts'

// `npm test`: every workspace's tests, on one Postgres, and how many ran. `npm test -- --store-dependent` runs only the
// workspaces whose behaviour depends on REDIS_URL, to repeat them on the other store.

const STORE_DEPENDENT = ['services/auth-gateway', 'services/user-sync-worker', 'tools/journeys']
const chosen = process.argv.includes('--store-dependent') ? STORE_DEPENDENT : undefined

const root = join(import.meta.dirname, '../../..')

removeTestReports()
process.stdout.write(
  `tests on ${process.env.DATABASE_URL ? 'the Postgres of DATABASE_URL' : 'embedded Postgres'}, queues on ${process.env.REDIS_URL ? 'the Redis of REDIS_URL' : 'Postgres'}\n`,
)

const output: Buffer[] = []
const code = await withTestDatabase(async (environment) => {
  const test = (...args: string[]) =>
    runTurbo(root, ['run', 'test', ...args, '--output-logs=full'], {
      environment,
      heard: (chunk) => output.push(chunk),
    })
  const build = await runTurbo(root, ['run', 'build', '--output-logs=errors-only'])
  // The journeys start the whole platform and a browser; they run alone so that nothing else takes their time.
  const filters = [...(chosen?.map((workspace) => `--filter=./${workspace}`) ?? []), '--filter=!@jackfield/journeys']
  const others = build || (await test(...filters, '--concurrency=2', '--continue=always'))
  const journeys = build || (await test('--filter=@jackfield/journeys'))
  return build || others || journeys
})

const { passed, failed, skipped, failures } = readTestReports(chosen)
// Repeated at the end: the original messages are pages above, or cut off where only the end of the output is kept.
const told = failures.map(({ text }) => text)
for (const text of [...told, ...lastWordsOfFailed(Buffer.concat(output).toString(), failures)])
  process.stderr.write(`\n${text}\n`)
process.stdout.write(`\n${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}\n`)
process.exitCode = code || (failed > 0 || passed === 0 ? 1 : 0)
