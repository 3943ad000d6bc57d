import { expect, test } from 'vitest'
import { connectionOptions } from '../src/connection-options.ts'

const reply = (message: string) => Object.assign(new Error(message), { name: 'ReplyError' })

test('FC-40 T-123 a refused command replaces the connection and is told, each time; a fault of ours does neither', () => {
  const refusals: string[] = []
  const options = connectionOptions({ silenceMs: 1, onRefusal: ({ message }) => void refusals.push(message) })
  for (let time = 0; time < 2; time++) {
    for (const word of ['READONLY You', 'LOADING Redis', 'NOAUTH Authentication', 'CLUSTERDOWN The'])
      expect(options.reconnectOnError(reply(word))).toBe(true)
  }
  for (const word of ['WRONGTYPE Operation', 'ERR unknown command', 'NOSCRIPT No matching'])
    expect(options.reconnectOnError(reply(word))).toBe(false)
  expect(refusals).toHaveLength(8)
})

test('FC-40 S68 a full Redis is left seldom, so that it answers reads between', () => {
  const options = connectionOptions({ silenceMs: 1, onRefusal: () => undefined })
  const full = ['OOM command not allowed', 'MISCONF Redis is configured', 'OOM command not allowed']
  expect(full.map((word) => options.reconnectOnError(reply(word)))).toEqual([true, false, false])
  expect(options.reconnectOnError(reply('READONLY You'))).toBe(true)
})

test('FC-67 waits between attempts grow to half a second, also while Redis loads', () => {
  const { retryStrategy, maxLoadingRetryTime } = connectionOptions({ silenceMs: 1, onRefusal: () => undefined })
  expect([1, 2, 10, 1_000].map(retryStrategy)).toEqual([50, 100, 500, 500])
  expect(maxLoadingRetryTime).toBe(500)
})
