import { GenericContainer, getContainerRuntimeClient, Wait } from 'testcontainers'
import type { RedisServer } from './redis-server.ts'

/** Starts Redis in a container, for machines with a container engine but no Redis; otherwise undefined. */
export async function startRedisContainer(): Promise<Omit<RedisServer, 'port'> | undefined> {
  try {
    await getContainerRuntimeClient()
  } catch {
    return undefined
  }
  const container = await new GenericContainer('redis:8-alpine')
    .withCommand(['redis-server', '--appendonly', 'yes', '--maxmemory-policy', 'noeviction'])
    .withExposedPorts(6379)
    .withWaitStrategy(Wait.forLogMessage(/eady to accept connections/))
    .start()
  return {
    url: `redis://${container.getHost()}:${container.getMappedPort(6379)}/0`,
    async stop() {
      await container.stop()
    },
  }
}
