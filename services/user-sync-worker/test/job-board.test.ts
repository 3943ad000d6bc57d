import { randomUUID } from 'node:crypto'
import { testRedisUrl } from '@jackfield/test-environment/redis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openQueue, type QueueEngine } from '../src/adapters/queue/bullmq-engine.ts'
import { type Caller, CREDENTIAL, type Platform, startPlatform } from './support/platform.ts'

const BOARD = '/api/v1/job-board'
const ADMIN: Caller = { scope: 'platform', role: 'admin' }
const READER: Caller = { scope: 'platform', role: 'read' }

describe.each(['postgres', 'redis'] as const)('the job board, queues on %s', (kind) => {
  const skip = kind === 'redis' && testRedisUrl() === undefined
  let platform: Platform
  let queueName: string
  beforeAll(async () => {
    if (skip) return
    const redis: QueueEngine = { kind: 'redis', url: testRedisUrl() ?? '' }
    platform = await startPlatform(kind === 'redis' ? { engine: redis } : {})
    queueName = platform.stores.queue.queues.syncRuns.name
  })
  afterAll(() => platform?.close())

  const open = (method: 'GET' | 'PUT' | 'POST' | 'PATCH', path: string, caller: Caller, body?: unknown) =>
    platform.app.inject({
      method,
      url: BOARD + path,
      headers: { authorization: platform.authorization(caller) },
      ...(body === undefined ? {} : { payload: body as object }),
    })
  const queueShown = async (caller: Caller) =>
    (await open('GET', `/api/queues?activeQueue=${queueName}&status=latest&page=1&jobsPerPage=50`, caller)).json()
      .queues[0]

  /** A job that fails at its first attempt, since no run of that id is what it carries. */
  async function givenFailedJob(): Promise<string> {
    const queue = openQueue({ ...platform.stores.queue, definition: platform.stores.queue.queues.syncRuns })
    const job = await queue.add('advance', { tenantId: 'no id', runId: 'no id' })
    await expect.poll(() => queue.getJobState(String(job.id)), { timeout: 10_000 }).toBe('failed')
    await queue.close()
    return String(job.id)
  }

  test.skipIf(skip)(
    'AD-13 is nothing at all to a tenant’s admin, a hand-over link and our services, and closed without a token',
    async () => {
      const scope = randomUUID()
      const missing = await platform.app.inject({ method: 'GET', url: '/api/v1/nothing-here' })
      for (const caller of [
        { scope, role: 'admin' },
        { scope, role: 'read' },
        { scope, role: 'hand-over' },
        { scope: 'platform', role: 'service' },
      ] as const) {
        for (const path of ['', '/', '/queue/x', '/api/queues', '/static/images/logo.svg', '/nothing']) {
          const answer = await open('GET', path, caller)
          expect([path, answer.statusCode, { ...answer.json(), requestId: 0 }]).toEqual([
            path,
            404,
            { ...missing.json(), requestId: 0 },
          ])
        }
        expect((await open('PUT', '/api/queues/pause', caller)).statusCode).toBe(404)
      }
      for (const path of ['/', '/api/queues', '/static/images/logo.svg']) {
        expect((await platform.app.inject({ method: 'GET', url: BOARD + path })).statusCode).toBe(401)
      }
    },
  )

  test.skipIf(skip)('S51 shows its page under a policy without inline scripts, and its files', async () => {
    expect((await open('GET', '', ADMIN)).headers.location).toBe(`${BOARD}/`)
    const page = await open('GET', '/', READER)
    expect(page.statusCode).toBe(200)
    expect(page.headers['content-security-policy']).toMatch(/script-src 'self';.*frame-ancestors 'none'/)
    expect(page.body).toContain(`<base href="${BOARD}/" />`)
    expect(page.body).not.toMatch(/<%|https:\/\/fonts|<script>/)
    for (const [, path] of page.body.matchAll(/(?:src|href)="(static\/[^"]+)"/g)) {
      const file = await open('GET', `/${path}`, READER)
      expect([path, file.statusCode, file.headers['cache-control']]).toEqual([path, 200, 'private, max-age=3600'])
    }
    expect((await open('GET', '/static/..%2findex.ejs', ADMIN)).statusCode).toBeGreaterThanOrEqual(400)
  })

  test.skipIf(skip)(
    'S51 a reader sees the failed job and cannot touch it; an admin retries and removes it',
    async () => {
      await platform.work()
      const id = await givenFailedJob()
      expect(await queueShown(READER)).toMatchObject({
        name: queueName,
        counts: { failed: 1 },
        readOnlyMode: true,
        allowRetries: false,
      })
      for (const [method, path] of [
        ['PUT', `/api/queues/${queueName}/${id}/retry`],
        ['PUT', `/api/queues/${queueName}/${id}/clean`],
        ['PUT', `/api/queues/${queueName}/retry/failed`],
        ['PUT', `/api/queues/${queueName}/pause`],
        ['PUT', `/api/queues/${queueName}/obliterate`],
        ['POST', `/api/queues/${queueName}/add`],
      ] as const) {
        expect([path, (await open(method, path, READER, {})).statusCode]).toEqual([path, 403])
      }

      expect(await queueShown(ADMIN)).toMatchObject({ readOnlyMode: false, allowRetries: true, counts: { failed: 1 } })
      expect((await open('PUT', `/api/queues/${queueName}/${id}/retry`, ADMIN)).statusCode).toBeLessThan(300)
      const attempts = async () => (await queueShown(ADMIN)).jobs.find((job: { id: string }) => job.id === id)?.attempts
      await expect.poll(attempts, { timeout: 10_000 }).toBe(2)
      expect((await open('PUT', `/api/queues/${queueName}/${id}/clean`, ADMIN)).statusCode).toBe(204)
      expect(await queueShown(ADMIN)).toMatchObject({ counts: { failed: 0 } })
    },
  )

  test.skipIf(skip)(
    'AD-13 no job holds more than the ids of tenant and run, whatever the run did, and no secret stands on the board',
    async () => {
      const tenant = platform.connectedTenant()
      const run = await platform.runImport(tenant, { all: true, sync: true, sso: true })
      expect(run.status).toBe('succeeded')
      await platform.finishedRun(
        tenant.api,
        (await platform.call('POST', tenant.imports.replace('imports', 'resyncs'), { mode: 'full' })).body.runId,
      )
      const refused = platform.connectedTenant()
      platform.registry.connect(refused.tenantId, {
        clientId: randomUUID(),
        directoryId: randomUUID(),
        credential: CREDENTIAL,
      })
      const { jobs } = await queueShown(ADMIN)
      expect(jobs.length).toBeGreaterThanOrEqual(2)
      for (const job of jobs) {
        expect(Object.keys(job.data).sort()).toEqual(['runId', 'tenantId'])
        expect(job.data.tenantId).toBe(tenant.tenantId)
        expect(job.returnValue ?? null).toBeNull()
      }
      const shown = JSON.stringify(jobs)
      const people = await platform.roster(tenant.tenantId)
      for (const planted of [CREDENTIAL.secret, 'eyJ', ...people.map(({ user_principal_name: name }) => name)])
        expect(shown).not.toContain(planted)
    },
  )

  test.skipIf(skip)('is no part of the API’s description', async () => {
    expect(JSON.stringify(platform.app.swagger())).not.toContain('job-board')
  })
})
