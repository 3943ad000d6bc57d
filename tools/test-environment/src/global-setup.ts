import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedDatabase } from '@jackfield/local-stores/embedded-database'
import { findFreePort } from '@jackfield/local-stores/free-port'
import { findRedisBinary, startRedisServer } from '@jackfield/local-stores/redis-server'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  export interface ProvidedContext {
    /** URL of a Postgres in which tests may create databases. */
    databaseUrl: string
    /** URL of the test run's Redis, null where the machine has none. */
    redisUrl: string | null
  }
}

/**
 * Real stores for a test run: Postgres from DATABASE_URL or embedded, Redis from REDIS_URL, a local binary or a
 * container. Without any Redis its tests are skipped on a laptop and fail under CI.
 */
export default async function setup(project: TestProject) {
  const folder = await mkdtemp(join(tmpdir(), 'jackfield-test-'))
  // Under root, Postgres runs as another account, which needs to reach its folder.
  await chmod(folder, 0o755)
  const stops: Array<() => Promise<void>> = []
  const databaseUrl = process.env.DATABASE_URL ?? (await startDatabase(join(folder, 'postgres'), stops))
  const redisUrl = process.env.REDIS_URL ?? (await startRedis(folder, stops))
  if (redisUrl === null && process.env.CI === 'true')
    throw new Error('Under CI the Redis tests must run: install redis-server, or set REDIS_URL.')
  project.provide('databaseUrl', databaseUrl)
  project.provide('redisUrl', redisUrl)
  return async () => {
    for (const stop of stops) await stop()
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function startDatabase(folder: string, stops: Array<() => Promise<void>>): Promise<string> {
  const database = await startEmbeddedDatabase({ folder, port: await findFreePort(), password: 'test', durable: false })
  stops.push(() => database.stop())
  return database.url
}

async function startRedis(folder: string, stops: Array<() => Promise<void>>): Promise<string | null> {
  const binary = findRedisBinary()
  if (binary) {
    const redis = await startRedisServer({ binary, folder })
    stops.push(() => redis.stop())
    return redis.url
  }
  const { startRedisContainer } = await import('@jackfield/local-stores/redis-container')
  const container = await startRedisContainer()
  if (!container) return null
  stops.push(() => container.stop())
  return container.url
}
