import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { findRedisBinary, type RedisServer, startRedisServer } from '@jackfield/local-stores/redis-server'
import { Redis } from 'ioredis'

const NAMES = ['one', 'other'] as const

/**
 * Redis behind one address, as a failover moves it: new connections go to the primary, open ones stay where they are.
 * Undefined on a machine without Redis.
 */
export async function startRedis(folderOf: (name: string) => Promise<string>) {
  const binary = findRedisBinary()
  if (!binary) return undefined
  const start = async (name: (typeof NAMES)[number], port?: number) =>
    startRedisServer({ binary, folder: await folderOf(`redis-${name}`), ...(port !== undefined && { port }) })
  let primary = await start('one')
  let replica: RedisServer | undefined

  const server = createServer((client) => {
    const upstream = connect(portOf(primary), '127.0.0.1')
    upstream.pipe(client).pipe(upstream)
    upstream.on('error', () => client.resetAndDestroy())
    client.on('error', () => upstream.resetAndDestroy())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}/0`,
    stop: () => primary.stop(),
    async start() {
      primary = await start(NAMES[0], portOf(primary))
    },
    /** Starts a replica and waits until it has everything. */
    async addReplica() {
      replica = await start(NAMES[1])
      await as(replica, async (redis) => {
        await redis.replicaof('127.0.0.1', portOf(primary))
        while (!(await redis.info('replication')).includes('master_link_status:up')) await pause(50)
      })
    },
    /** The replica becomes the primary, and the primary a replica that keeps its connections. */
    async switchOver() {
      if (!replica) throw new TypeError('There is no replica.')
      const promoted = replica
      await as(promoted, (redis) => redis.replicaof('NO', 'ONE'))
      await as(primary, (redis) => redis.replicaof('127.0.0.1', portOf(promoted)))
      ;[primary, replica] = [promoted, primary]
    },
    async end() {
      server.close()
      await Promise.all([primary, replica].map((each) => each?.stop()))
    },
  }
}

const portOf = ({ url }: RedisServer) => Number(new URL(url).port)
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

async function as(server: RedisServer, work: (redis: Redis) => Promise<unknown>): Promise<void> {
  const redis = new Redis(server.url)
  try {
    await work(redis)
  } finally {
    redis.disconnect()
  }
}
