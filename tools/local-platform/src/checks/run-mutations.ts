import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { breakSqlRules } from './mutations/break-sql-rules.ts'

// `npm run mutate [-- SERVICE|FILE.sql...]`: breaks every rule of a service's src/domain (StrykerJS, a score below 85 %
// fails) and of its functions, triggers and policies in SQL, one at a time, and expects its tests to notice.
// `npm run mutate -- .sql` breaks the SQL of all services.

const root = join(import.meta.dirname, '../../../..')
const SERVICES = ['auth-gateway', 'tenant-registry', 'user-sync-worker', 'control-console']
const chosen = process.argv.slice(2)
const unknown = chosen.filter((name) => !SERVICES.includes(name) && !name.endsWith('.sql'))
if (unknown.length > 0) {
  process.stderr.write(`no such service: ${unknown.join(', ')}; there are ${SERVICES.join(', ')}\n`)
  process.exit(2)
}

const weak = SERVICES.filter((service) => chosen.length === 0 || chosen.includes(service)).filter((service) => {
  process.stdout.write(`=== ${service}\n`)
  const run = spawnSync('stryker', ['run'], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, MUTATED_SERVICE: service },
    shell: process.platform === 'win32',
  })
  return run.status !== 0
})

process.stdout.write('=== rules in SQL\n')
const isChosen = (file: string) =>
  chosen.length === 0 || chosen.some((name) => file.includes(`/${name}/`) || file.endsWith(name))
const survivors = await breakSqlRules(root, isChosen)
for (const survivor of survivors) process.stdout.write(`not noticed: ${survivor}\n`)

const failed = [...weak, ...(survivors.length > 0 ? ['SQL'] : [])]
process.stdout.write(failed.length === 0 ? 'clean  mutations\n' : `FAILED mutations of ${failed.join(', ')}\n`)
process.exit(failed.length === 0 ? 0 : 1)
