import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ServiceSettings } from '@jackfield/configuration/settings'
import { createTestDatabase } from '@jackfield/test-environment/database'
import pg from 'pg'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { clusterProcesses, hasKubectl, renderManifests } from '../image/declared-processes.ts'
import { EVERY_SERVICE, SERVICES, type ServiceName, serviceProcesses } from './service-processes.ts'

const ROOT = join(import.meta.dirname, '../../../..')
/** `max_connections` of Postgres, less those kept for superusers, and some for backups and administrators. */
const AVAILABLE = 100 - 3 - 7
/** Connections of the queues in Postgres, on top of DATABASE_POOL_SIZE. */
const OF_QUEUES: Readonly<Record<ServiceName, number>> = {
  'auth-gateway': 0,
  'tenant-registry': 0,
  'roster-api': 4,
  'user-sync-worker': 6,
}
const poolSize = z.object({ DATABASE_POOL_SIZE: ServiceSettings.DATABASE_POOL_SIZE })
const sizeOf = (settings: object) => poolSize.parse(settings).DATABASE_POOL_SIZE

const Replicas = z.looseObject({
  spec: z.looseObject({
    replicas: z.number(),
    strategy: z.object({ rollingUpdate: z.looseObject({ maxSurge: z.number() }) }),
  }),
})

test.skipIf(!hasKubectl())(
  'FC-71 the manifests’ replicas, all of them rolled at once, fit the connections of Postgres',
  async () => {
    const documents = await renderManifests(join(ROOT, 'deploy/k8s/base'))
    const anything = new Proxy({}, { get: () => 'x' })
    const processes = clusterProcesses(documents, anything)
    expect(processes.map(({ name }) => name).sort()).toEqual([...SERVICES].sort())
    const sums = processes.map(({ name, settings }) => {
      const { spec } = Replicas.parse(
        documents.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === name),
      )
      const each = sizeOf(settings) + OF_QUEUES[name as ServiceName]
      return { steady: spec.replicas * each, rolled: (spec.replicas + spec.strategy.rollingUpdate.maxSurge) * each }
    })
    const [steady, rolled] = (['steady', 'rolled'] as const).map((kind) =>
      sums.reduce((sum, each) => sum + each[kind], 0),
    )
    expect(rolled).toBeLessThanOrEqual(AVAILABLE)
    const documented = readFileSync(join(ROOT, 'docs/configuration.md'), 'utf8')
    expect(documented).toContain(
      `use at most ${steady}. While all of them are rolled, each has a third one: ${rolled}.`,
    )
    for (const name of SERVICES)
      expect(documented).toMatch(new RegExp(`^\\| \`${name}\` \\|.*\\| ${sizeOf({}) + OF_QUEUES[name]} \\|$`, 'm'))
  },
)

test('FC-71 a service under load, queues in Postgres, holds no more connections than the documentation says', {
  timeout: 240_000,
}, async () => {
  const database = await createTestDatabase()
  const services = await serviceProcesses({ DATABASE_URL: database.url, RATE_LIMIT_FACTOR: '0' })
  const admin = new pg.Client({ connectionString: database.url })
  await admin.connect()
  try {
    services.startAll()
    await expect.poll(() => services.readiness(), { timeout: 60_000 }).toEqual(EVERY_SERVICE(200))
    const { body } = await services.ask('/tenants', { slug: 'contoso', name: 'Contoso' })
    for (let round = 0; round < 5; round += 1) {
      await Promise.all(
        Array.from({ length: 30 }, (_, index) => [
          services.ask('/tenants', { slug: `tenant-${round}-${index}`, name: 'Another' }),
          services.ask(`/tenants/${body.id}/phone-systems`, { name: `Office ${round} ${index}` }),
        ]).flat(),
      )
      const { rows } = await admin.query<{ name: string; held: number }>(
        `select application_name as name, count(*)::int as held from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid() group by 1`,
      )
      const held = Object.fromEntries(rows.map((row) => [row.name, row.held]))
      expect(held['tenant-registry']).toBe(sizeOf({})) // as many as it may
      expect(held['auth-gateway'] ?? 0).toBeLessThanOrEqual(sizeOf({}))
      const all = rows.reduce((sum, row) => sum + row.held, 0)
      expect(all).toBeLessThanOrEqual(SERVICES.reduce((sum, name) => sum + sizeOf({}) + OF_QUEUES[name], 0))
    }
  } finally {
    await admin.end()
    await services.stop()
    await database.drop()
  }
})
