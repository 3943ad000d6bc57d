import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { testRedisUrl } from '@jackfield/test-environment/redis'
import { afterAll, expect, test } from 'vitest'
import { connectRedis } from '../src/adapters/records/redis-connection.ts'

const url = testRedisUrl()
const redis = url === undefined ? undefined : connectRedis(url, () => {})
afterAll(() => redis?.disconnect())

test.skipIf(!redis)('commands of one turn are sent at its end, before and after a connection was lost', async () => {
  const client = redis as NonNullable<typeof redis>
  for (let connection = 0; connection < 2; connection++) {
    await client.ping()
    await setImmediate()
    const { stream } = client
    const before = stream.bytesWritten
    const answers = ['a', 'b', 'c'].map((text) => client.echo(text))
    expect([stream.writableCorked, stream.bytesWritten - stream.writableLength]).toEqual([1, before])
    await setImmediate()
    expect(stream.writableCorked).toBe(0)
    expect(await Promise.all(answers)).toEqual(['a', 'b', 'c'])
    stream.destroy()
    await once(client, 'ready')
  }
})

test.skipIf(!redis)(
  'FC-67 a command whose reply is lost with its connection fails at once, and is not repeated',
  async () => {
    const client = redis as NonNullable<typeof redis>
    const key = `test:${randomUUID()}`
    await client.ping()
    const lost = [client.incr(key), client.incr(key)].map((each) => each.catch((error: Error) => error.name))
    await setImmediate()
    client.stream.destroy()
    expect(await Promise.all(lost)).toEqual(['MaxRetriesPerRequestError', 'MaxRetriesPerRequestError'])
    await once(client, 'ready')
    // Sent, and perhaps done; never twice.
    expect(Number(await client.getdel(key))).toBeLessThanOrEqual(2)
  },
)

test.skipIf(!redis)('a command that finds no connection is sent on the next one', async () => {
  const client = redis as NonNullable<typeof redis>
  await client.ping()
  client.stream.destroy()
  await once(client, 'close')
  expect(await client.echo('later')).toBe('later')
})
