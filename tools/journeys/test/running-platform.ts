import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AdminApi, adminApi } from '@jackfield/local-platform/admin-api'
import { type Platform, startPlatform } from '@jackfield/local-platform/platform'
import { openPlatformSettings, type PlatformSettings } from '@jackfield/local-platform/platform-settings'
import { findFreePort } from '@jackfield/local-stores/free-port'
import { createTestDatabase, execute } from '@jackfield/test-environment/database'

export type RunningPlatform = Platform & {
  api: AdminApi
  settings: PlatformSettings
  dataFolder: string
  log(): string
  /** Runs a statement in the platform's database. */
  execute(statement: string): Promise<void>
  end(): Promise<void>
}

/** A Redis database for each worker of the test run: concurrent platforms would take each other's jobs. */
function ownRedis(): string | undefined {
  const { REDIS_URL, VITEST_POOL_ID } = process.env
  if (!REDIS_URL) return undefined
  if (!VITEST_POOL_ID) throw new Error('The test run does not number its workers.')
  const url = new URL(REDIS_URL)
  url.pathname = `/${VITEST_POOL_ID}`
  return url.href
}

/** The processes of `npm start` on their own ports and database. Queues are on Redis with REDIS_URL, else on Postgres. */
export async function runPlatform(): Promise<RunningPlatform> {
  const database = await createTestDatabase()
  const dataFolder = await mkdtemp(join(tmpdir(), 'jackfield-journey-'))
  const settings = await openPlatformSettings(dataFolder)
  const lines: string[] = []
  const port = findFreePort
  const platform = await startPlatform({
    root: join(import.meta.dirname, '../../..'),
    dataFolder,
    ports: {
      ingress: await port(),
      registry: await port(),
      roster: await port(),
      gateway: await port(),
      portal: await port(),
      emulator: await port(),
      postgres: await port(),
    },
    settings,
    databaseUrl: database.url,
    redisUrl: ownRedis(),
    logLevel: 'info',
    onLine: (name, line) => lines.push(`${name} ${line}`),
    onStep: () => undefined,
  }).catch((error: unknown) => {
    throw new Error(lines.slice(-20).join('\n'), { cause: error })
  })
  return {
    ...platform,
    api: adminApi(platform.addresses.control, settings.bootstrapKey),
    settings,
    dataFolder,
    log: () => lines.join('\n'),
    execute: (statement) => execute(database.url, statement),
    async end() {
      await platform.stop()
      await database.drop()
      await rm(dataFolder, { recursive: true, force: true })
    },
  }
}
