import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { addLargeDirectory } from './support/large-directory.ts'
import { type Platform, startPlatform } from './support/platform.ts'
import { type ServiceProcesses, serviceProcesses } from './support/service-processes.ts'

const SLOW = { timeout: 180_000 }

let platform: Platform
let processes: ServiceProcesses
beforeEach(async () => {
  // As often as a worker by itself.
  platform = await startPlatform({ reconcileEveryMs: 1_000 })
  processes = serviceProcesses(platform)
})
afterEach(async () => {
  processes.killAll()
  await platform.close()
})

/** An import that a process is at, in a slice of 20 s, beside another worker that has nothing to do. */
async function givenWorkers() {
  const tenant = platform.connectedTenant(addLargeDirectory(platform, 50_000))
  platform.gate.delayMs = 350
  const holder = await processes.start('worker', { MIGRATE: 'never', IMPORT_SLICE_SECONDS: '20' })
  await holder.ready()
  const { body } = await platform.call('POST', tenant.imports, { all: true, sync: true, sso: true })
  const run = async () => {
    const text = 'select seen, status, lease_token as token from roster.sync_run where id = $1'
    return (await platform.stores.pool.query(text, [body.runId])).rows[0]
  }
  await expect.poll(async () => (await run()).seen, { timeout: 30_000 }).toBeGreaterThan(0)
  await platform.work()
  return { holder, run, before: await run() }
}

test('S48 T-110 an import goes on within 10 s of the death of its worker', SLOW, async () => {
  const { holder, run } = await givenWorkers()
  holder.child.kill('SIGKILL')
  await once(holder.child, 'exit')
  const { seen } = await run()
  await expect.poll(async () => (await run()).seen, { timeout: 10_000 }).toBeGreaterThan(seen)
})

test('QC-04 a worker that stops for three seconds, as on a busy machine, keeps its run', SLOW, async () => {
  const { holder, run, before } = await givenWorkers()
  holder.child.kill('SIGSTOP')
  await sleep(3_000)
  holder.child.kill('SIGCONT')
  await expect.poll(async () => (await run()).seen, { timeout: 30_000 }).toBeGreaterThan(before.seen)
  expect((await run()).token).toBe(before.token)
})
