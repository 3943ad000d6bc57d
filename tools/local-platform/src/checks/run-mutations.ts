import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

// `npm run mutate [-- SERVICE...]`: breaks every rule of a service's src/domain, one at a time, and expects a test in
// test/domain to fail (StrykerJS). A service with a score below 85 % fails.

const root = join(import.meta.dirname, '../../../..')
const SERVICES = ['auth-gateway', 'tenant-registry', 'user-sync-worker', 'control-console']
const chosen = process.argv.slice(2)
const unknown = chosen.filter((service) => !SERVICES.includes(service))
if (unknown.length > 0) {
  process.stderr.write(`no such service: ${unknown.join(', ')}; there are ${SERVICES.join(', ')}\n`)
  process.exit(2)
}

const weak = (chosen.length > 0 ? chosen : SERVICES).filter((service) => {
  process.stdout.write(`=== ${service}\n`)
  const run = spawnSync('stryker', ['run'], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, MUTATED_SERVICE: service },
    shell: process.platform === 'win32',
  })
  return run.status !== 0
})
process.stdout.write(weak.length === 0 ? 'clean  mutations\n' : `FAILED mutations of ${weak.join(', ')}\n`)
process.exit(weak.length === 0 ? 0 : 1)
