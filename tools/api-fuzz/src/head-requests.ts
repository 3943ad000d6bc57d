import { expect, test } from 'vitest'
import type { Send } from './fuzz-operation.ts'
import type { Operation } from './operations.ts'
import { urlWith } from './strict-requests.ts'

type World = {
  /** Values of path parameters that exist, and of required query parameters. */
  values: () => Readonly<Record<string, string>>
  send: Send
  everything(): Promise<string>
}

/** Registers the test of FC-07: each operation that reads answers HEAD as GET, without a body, and changes nothing. */
export function testHeadRequests(operations: readonly Operation[], { values, send, everything }: World): void {
  const reading = operations.filter(({ method }) => method === 'GET')
  test.each(reading)('FC-07 HEAD of $id answers as GET does and changes nothing', async (operation) => {
    const url = urlWith(operation, values())
    const before = await everything()
    const head = await send({ method: 'HEAD', url, headers: {} })
    expect(head.body).toBe('')
    expect(await everything()).toBe(before)
    // A stream has no end to wait for.
    if (operation.path.endsWith('/events')) return expect(head.status).toBeLessThan(500)
    const get = await send({ method: 'GET', url, headers: {} })
    expect([url, head.status, head.contentType]).toEqual([url, get.status, get.contentType])
  })
}
