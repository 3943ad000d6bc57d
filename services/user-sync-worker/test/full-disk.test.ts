import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TENANT_LIMITS } from '@jackfield/contract/http/tenant-limits'
import { startEmbeddedDatabase } from '@jackfield/local-stores/embedded-database'
import { findFreePort } from '@jackfield/local-stores/free-port'
import { serverAccount } from '@jackfield/local-stores/postgres-programs'
import { runProgram } from '@jackfield/local-stores/run-program'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addLargeDirectory } from './support/large-directory.ts'
import { type Platform, startPlatform } from './support/platform.ts'

// A Postgres of its own with its tables on a disk of some megabytes that fills up. Only root may make one: elsewhere
// this is left out.

const DATABASE = 'crowded'
const SMALL = '28m'
const LARGE = '300m'
const PEOPLE = 6_000
const BATCH = 2_000
const EVERYBODY = { all: true, sync: true, sso: true }

let folder: string
let disk: string
const canMount = await mountDisk()
let postgres: Awaited<ReturnType<typeof startEmbeddedDatabase>>
let platform: Platform
beforeAll(async () => {
  if (!canMount) return
  const place = { folder: join(folder, 'postgres'), port: await findFreePort(), password: 'test', durable: true }
  postgres = await startEmbeddedDatabase(place)
  const admin = new pg.Client({ connectionString: postgres.url })
  await admin.connect()
  await admin.query(`create tablespace small location '${disk}'`)
  await admin.query(`create database ${DATABASE} tablespace small`)
  await admin.end()
  const url = Object.assign(new URL(postgres.url), { pathname: `/${DATABASE}` }).href
  platform = await startPlatform({ database: { url, drop: async () => undefined } })
  await platform.work()
})
afterAll(async () => {
  if (canMount) {
    await platform.close()
    await postgres.stop()
    await runProgram('umount', [disk])
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
})

async function mountDisk(): Promise<boolean> {
  folder = await mkdtemp(join(tmpdir(), 'jackfield-disk-'))
  await chmod(folder, 0o755)
  disk = await mkdtemp(join(folder, 'small-'))
  const account = await serverAccount()
  if (!account) return false
  const options = `size=${SMALL},uid=${account.uid},gid=${account.gid},mode=0700`
  return runProgram('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk]).then(
    () => true,
    () => false,
  )
}

test.skipIf(!canMount)(
  'DO-13 DO-16 T-110 a disk that is full: 503, the process lives and reads go on; with room again nothing is lost and the import ends by itself',
  { timeout: 180_000 },
  async () => {
    const tenant = platform.connectedTenant(addLargeDirectory(platform, PEOPLE))
    // As many as a phone system may have in each.
    const systems: string[] = []
    for (const name of ['Head office', 'Branch', 'Warehouse'])
      systems.push((await platform.call('POST', `${tenant.api}/phone-systems`, { name })).body.id)
    let kept = 0
    const add = async () => {
      const items = Array.from({ length: BATCH }, (_, index) => ({
        number: String(100_000 + kept + index),
        name: 'x'.repeat(60),
      }))
      const system = systems[Math.floor(kept / TENANT_LIMITS.extensions)]
      const answer = await platform.call('POST', `${tenant.api}/phone-systems/${system}/extensions`, { items })
      if (answer.status < 300) kept += BATCH
      return answer
    }
    let refused = await add()
    for (let batch = 0; batch < 100 && refused.status < 300; batch += 1) refused = await add()
    expect([refused.status, refused.body.code, refused.headers['retry-after']]).toEqual([
      503,
      'temporarily-unavailable',
      '2',
    ])
    expect(JSON.stringify(refused.body)).not.toMatch(/space|disk|extend/)

    const { body: asked, status } = await platform.call('POST', tenant.imports, EVERYBODY)
    expect([202, 503]).toContain(status)
    expect((await platform.call('GET', `${tenant.api}/users`)).status).toBe(200)
    expect((await platform.app.inject({ url: '/health/live' })).statusCode).toBe(200)
    for (let time = 0; time < 3; time += 1) expect((await add()).status).toBe(503)

    await runProgram('mount', ['-o', `remount,size=${LARGE}`, disk])
    await expect.poll(async () => (await add()).status, { timeout: 10_000 }).toBeLessThan(300)
    const { rows } = await platform.stores.pool.query(
      'select count(*)::int as kept from roster.extension where tenant_id = $1',
      [tenant.tenantId],
    )
    expect(rows).toEqual([{ kept }])
    const runId = status === 202 ? asked.runId : (await platform.call('POST', tenant.imports, EVERYBODY)).body.runId
    const run = async () => (await platform.call('GET', `${tenant.api}/sync-runs/${runId}`)).body
    await expect.poll(async () => (await run()).status, { timeout: 120_000, interval: 200 }).toBe('succeeded')
    expect(await platform.roster(tenant.tenantId)).toHaveLength(PEOPLE)
    expect((await run()).counts).toMatchObject({ seen: PEOPLE, created: PEOPLE, skipped: 0 })
  },
)
