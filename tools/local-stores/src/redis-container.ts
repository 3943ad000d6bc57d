import { GenericContainer, getContainerRuntimeClient, Wait } from 'testcontainers'
import type { RedisServer } from './redis-server.ts'

/** A Redis in a container, for machines that have a container engine and no Redis; undefined where there is none. */
export async function startRedisContainer(): Promise<RedisServer | undefined> {
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
