import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { addLargeDirectory } from './support/large-directory.ts'
import { type Platform, startPlatform } from './support/platform.ts'
import { type ServiceProcesses, serviceProcesses } from './support/service-processes.ts'

// The same directory, imported and followed by workers on hosts that disagree about the time of day and about letters.

const HOSTS = [
  { TZ: 'UTC', LC_ALL: 'C' },
  { TZ: 'America/New_York', LC_ALL: 'de_DE.UTF-8' },
  // 12:45 or 13:45 before UTC; in Turkish the small letter of I is ı.
  { TZ: 'Pacific/Chatham', LC_ALL: 'tr_TR.UTF-8' },
]

let platform: Platform
let processes: ServiceProcesses
beforeAll(async () => {
  platform = await startPlatform()
  processes = serviceProcesses(platform)
})
afterEach(() => processes.killAll())
afterAll(() => platform.close())

test('SY-19 whatever time zone, daylight saving and locale its host has, a worker writes the same rows, at instants in UTC', {
  timeout: 300_000,
}, async () => {
  const directoryId = addLargeDirectory(platform, 20)
  const directory = platform.emulator.directory(directoryId)
  const [first, second, third, fourth] = directory.users().map(({ id }) => id)
  directory.changeUser(first ?? '', { displayName: 'İbrahim IŞIK', department: 'VERİ' })
  directory.changeUser(second ?? '', { displayName: 'STRASSE ǅ', mail: 'INFO@CONTOSO.EXAMPLE' })
  const tenants = HOSTS.map((host) => ({ host, tenant: platform.connectedTenant(directoryId) }))

  /** One host's worker after the other, each for its own tenant. */
  async function onEachHost(request: object) {
    const outcomes = []
    for (const { host, tenant } of tenants) {
      const worker = await processes.start('worker', host)
      await worker.ready()
      const before = Date.now()
      const run = {
        tenantId: tenant.tenantId,
        accountId: tenant.accountId,
        directoryId,
        requestedBy: 'test',
        request: request as never,
      }
      const { job } = await platform.ports.runs.create(run, platform.entryOf(tenant.tenantId))
      const { status, kind, counts, createdAt, finishedAt } = await platform.finishedRun(tenant.api, job.runId)
      worker.child.kill('SIGTERM')
      await worker.exited
      for (const instant of [createdAt, finishedAt]) {
        expect(instant).toMatch(/Z$/)
        expect(Math.abs(Date.parse(instant) - before)).toBeLessThan(60_000)
      }
      outcomes.push({
        status,
        kind,
        counts,
        roster: await platform.roster(tenant.tenantId),
        due: await dueAfter(tenant.accountId),
      })
    }
    return outcomes
  }

  /** In how many hours the account is looked at next, by the database's clock. */
  async function dueAfter(accountId: string) {
    const text = `select round(extract(epoch from next_delta_at - now()) / 3600)::int as delta,
      round(extract(epoch from next_full_at - now()) / 3600)::int as "full" from roster.account_sync where account_id = $1`
    return (await platform.stores.pool.query(text, [accountId])).rows[0]
  }

  const imported = await onEachHost({ all: true, sync: true, sso: true })
  expect(imported[0]).toMatchObject({ status: 'succeeded', counts: { created: 20 } })
  expect(imported.slice(1)).toEqual([imported[0], imported[0]])

  directory.changeUser(first ?? '', { displayName: 'ibrahim ışık' })
  directory.disableUser(third ?? '')
  directory.deleteUser(fourth ?? '')
  const followed = await onEachHost({ mode: 'delta' })
  expect(followed[0]).toMatchObject({ status: 'succeeded', kind: 'delta', counts: { updated: 1, disabled: 2 } })
  expect(followed.slice(1)).toEqual([followed[0], followed[0]])

  const { rows } = await platform.stores.pool.query(
    `select distinct on (tenant_id) tenant_id, abs(extract(epoch from now() - status_since)) < 600 as "isNow" from roster.phone_user
     where status <> 'active' order by tenant_id`,
  )
  expect(rows.map(({ isNow }) => isNow)).toEqual([true, true, true])
})
