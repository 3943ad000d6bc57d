import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { runTurbo } from '../run-turbo.ts'
import { withTestDatabase } from './test-database.ts'

// `npm test [-- ARGUMENT...]`: the tests of every workspace on one Postgres (vitest.config.ts); Vitest gets the arguments.
// `npm test -- --store-dependent` runs only the tests of whole platforms, which take their store from REDIS_URL. The
// tests of each service name their store, so every run has both.

const STORE_DEPENDENT = ['journeys']
const given = process.argv.slice(2)
const chosen = given.flatMap((argument) =>
  argument === '--store-dependent' ? STORE_DEPENDENT.map((name) => `--project=@jackfield/${name}`) : [argument],
)

const root = join(import.meta.dirname, '../../../..')
process.stdout.write(
  `tests on ${process.env.DATABASE_URL ? 'the Postgres of DATABASE_URL' : 'embedded Postgres'}, queues on ${process.env.REDIS_URL ? 'the Redis of REDIS_URL' : 'Postgres'}\n`,
)
process.exitCode =
  (await runTurbo(root, ['run', 'build', '--output-logs=errors-only'])) ||
  (await withTestDatabase(async (environment) => {
    const tests = spawn('vitest', ['run', ...chosen], {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, ...environment },
      shell: process.platform === 'win32',
    })
    const [code] = await once(tests, 'close')
    return code ?? 1
  }))
