import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Platform, startPlatform } from './support/platform.ts'

let platform: Platform
beforeAll(async () => {
  platform = await startPlatform()
})
afterAll(() => platform.close())

test('S3 T-90 the holder of a hand-over link sees and changes nothing of the roster: no operation that there is lets one in', async () => {
  const { tenantId, accountId } = platform.connectedTenant()
  const { paths = {} } = platform.app.swagger() as { paths?: Record<string, object> }
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({ path, method })),
  )
  expect(operations.length).toBeGreaterThan(20)
  for (const { path, method } of operations) {
    const url = path
      .replace('{tenantId}', tenantId)
      .replace('{accountId}', accountId)
      .replace(/\{\w+\}/g, () => crypto.randomUUID())
    if (!url.startsWith('/api/v1/')) continue
    const holder = { scope: tenantId, role: 'hand-over' } as const
    const answer = await platform.call(method.toUpperCase() as 'GET', url, method === 'get' ? undefined : {}, holder)
    expect([answer.status, answer.body.code], `${method} ${path}`).toEqual([403, 'forbidden'])
  }
})
