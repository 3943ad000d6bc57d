import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { testRedisUrl } from '@jackfield/test-environment/redis'
import { Redis } from 'ioredis'
import { afterAll, expect, test } from 'vitest'
import { gatherWrites } from '../src/adapters/artefacts/gather-writes.ts'

const url = testRedisUrl()
const redis = url === undefined ? undefined : new Redis(url)
afterAll(() => redis?.disconnect())

test.skipIf(!redis)(
  'what is asked of Redis in one turn is held back until it is over, before and after a connection was lost',
  async () => {
    const client = redis as Redis
    await client.ping()
    const gather = gatherWrites(client)
    for (let connection = 0; connection < 2; connection++) {
      const { stream } = client
      const before = stream.bytesWritten
      const answers = ['a', 'b', 'c'].map((text) => {
        gather()
        return client.echo(text)
      })
      expect([stream.writableCorked, stream.bytesWritten - stream.writableLength]).toEqual([1, before])
      await setImmediate()
      expect(stream.writableCorked).toBe(0)
      expect(await Promise.all(answers)).toEqual(['a', 'b', 'c'])
      stream.destroy()
      await once(client, 'ready')
    }
  },
)

test.skipIf(!redis)('what is held back when the connection is lost is asked again on the next one', async () => {
  const client = redis as Redis
  await client.ping()
  const gather = gatherWrites(client)
  gather()
  const answer = client.echo('late')
  client.stream.destroy()
  expect(await answer).toBe('late')
})
