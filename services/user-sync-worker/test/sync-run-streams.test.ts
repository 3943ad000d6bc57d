import { get, type IncomingMessage } from 'node:http'
import { pingPostgres } from '@jackfield/postgres/pool'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildApp } from '../src/app.ts'
import { type Platform, startPlatform } from './support/platform.ts'

let platform: Platform
let address: URL
let app: ReturnType<typeof buildApp>
let looks = 0
beforeAll(async () => {
  platform = await startPlatform()
  const { ports, stores } = platform
  const runs: typeof ports.runs = {
    ...ports.runs,
    find(tenantId, runId) {
      looks += 1
      return ports.runs.find(tenantId, runId)
    },
  }
  const healthChecks = { postgres: () => pingPostgres(stores.pool) }
  const settings = { logLevel: 'silent', healthChecks, internalTokenKeys: [stores.key], isMigrated: () => true }
  app = buildApp({ ...ports, runs }, settings)
  address = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
})
afterAll(async () => {
  await app.close()
  await platform.close()
})

/** A run that nobody works on, and a way to follow it. */
async function givenRun() {
  const tenant = platform.connectedTenant()
  const request = { all: true, sync: true, sso: true } as const
  const run = {
    tenantId: tenant.tenantId,
    accountId: tenant.accountId,
    directoryId: tenant.tenantId,
    requestedBy: 'test',
    request,
  }
  const { job } = await platform.ports.runs.create(run, platform.entryOf(tenant.tenantId))
  return `${tenant.api}/sync-runs/${job.runId}/events`
}
function follow(path: string, method = 'GET'): Promise<IncomingMessage> {
  const headers = { authorization: platform.authorization({ scope: 'platform', role: 'read' }) }
  return new Promise((resolve, reject) => {
    const { hostname, port } = address
    get({ hostname, port, path, method, headers, agent: false }, (answer) =>
      resolve(answer.on('error', () => undefined)),
    ).on('error', reject)
  })
}
const followMany = (count: number, path: string) => Promise.all(Array.from({ length: count }, () => follow(path)))
const statuses = (answers: IncomingMessage[]) => answers.map(({ statusCode }) => statusCode).sort()

test('FC-44 T-130 a tenant follows 25 runs at once, one more is 429; others follow theirs; who leaves makes room', async () => {
  const [mine, others] = [await givenRun(), await givenRun()]
  const streams = await followMany(27, mine)
  expect(statuses(streams)).toEqual([...Array(25).fill(200), 429, 429])
  expect(Number(streams.find(({ statusCode }) => statusCode === 429)?.headers['retry-after'])).toBeGreaterThan(0)
  expect(statuses(await followMany(2, others))).toEqual([200, 200])
  for (const stream of streams) stream.destroy()
  await expect.poll(async () => statuses(await followMany(1, mine)), { timeout: 5_000 }).toEqual([200])
})

test('FC-44 T-130 those who follow one run cost no more questions to the database than a few', async () => {
  const streams = await followMany(20, await givenRun())
  const texts = streams.map((stream) => {
    let text = ''
    stream.on('data', (part) => {
      text += part
    })
    return () => text
  })
  await expect.poll(() => texts.every((text) => text().includes('"status":"queued"')), { timeout: 5_000 }).toBe(true)
  const [before, from] = [looks, performance.now()]
  await expect.poll(() => looks - before, { timeout: 5_000 }).toBeGreaterThan(12)
  // 20 streams look each 300 ms: each for itself would be 13 in less than 300 ms.
  expect(performance.now() - from).toBeGreaterThan(600)
  for (const stream of streams) stream.destroy()
})

test('FC-07 a HEAD request gets the head of a stream, and follows no run', async () => {
  const path = await givenRun()
  const { statusCode, headers } = await follow(path, 'HEAD')
  expect([statusCode, headers['content-type']]).toEqual([200, 'text/event-stream'])
  const before = looks
  await expect(follow(path.replace(/[^/]*(?=\/events$)/, 'x'), 'HEAD')).resolves.toMatchObject({ statusCode: 400 })
  expect(looks).toBe(before)
})
