import { type OpenApi, operationsOf, urlOf } from '@jackfield/api-fuzz/operations'
import { showsTheInside } from '@jackfield/api-fuzz/verdict'
import { dumpPostgres, dumpRedis, formsOf } from '@jackfield/test-environment/dumps'
import { testRedisUrl } from '@jackfield/test-environment/redis'
import { GraphError } from '@microsoft/microsoft-graph-client'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { readGraphFailure } from '../src/adapters/graph/graph-failure.ts'
import { sendWebhooks } from '../src/jobs/send-webhooks.ts'
import { givenRoster } from './support/given-roster.ts'
import { CREDENTIAL, type Platform, startPlatform } from './support/platform.ts'
import { startWebhookReceiver } from './support/webhook-receiver.ts'

vi.setConfig({ testTimeout: 120_000 })

test('T-94 SE-02 what Graph says of a refusal is passed on without a token that it repeats', () => {
  const error = new GraphError(403, 'You sent Bearer eyJ0eXAi.eyJhdWQi.c2ln-_bmF0 to us.')
  expect(readGraphFailure(error)).toMatchObject({ kind: 'consent-missing', words: 'You sent Bearer … to us.' })
})

describe.each(['postgres', 'redis'] as const)('queues on %s', (kind) => {
  const skip = kind === 'redis' && testRedisUrl() === undefined
  const said: string[] = []
  let platform: Platform
  beforeAll(async () => {
    if (skip) return
    platform = await startPlatform({ said, ...(kind === 'redis' && { engine: { kind, url: testRedisUrl() ?? '' } }) })
  })
  afterAll(() => platform?.close())

  test.skipIf(skip)(
    'T-94 SE-01 SE-02 after imports that work and imports that fail no planted secret is in a dump, a job, a log line or an answer',
    async () => {
      const planted = new Map<string, string>([
        ['client secret', CREDENTIAL.secret],
        ['internal key', platform.stores.key.toString('base64url')],
      ])
      const call: Platform['call'] = async (...request) => {
        const answer = await platform.call(...request)
        said.push(JSON.stringify([answer.headers, answer.body]))
        return answer
      }
      const worker = await platform.work()
      const tenant = platform.connectedTenant()
      const hook = await startWebhookReceiver()
      // Shown once, as it must be: that answer is no evidence.
      const endpoint = (await platform.call('POST', `${tenant.api}/webhook-endpoints`, { url: hook.url })).body
      planted.set('webhook signing secret', endpoint.secret.replace(/^whsec_/, ''))
      await platform.runImport(tenant, { all: true, sync: true, sso: true })
      await sendWebhooks(platform.ports, (error) => said.push(String(error)))()
      // The worker may have been first, and may still be sending.
      await expect.poll(() => hook.received.length, { timeout: 20_000 }).toBeGreaterThan(0)

      const presented = platform.gate.requests.flatMap(({ authorization }) =>
        authorization ? [authorization.replace('Bearer ', '')] : [],
      )
      expect(presented.length).toBeGreaterThan(0)
      // Of a JWT the head is the same for all.
      for (const [index, token] of [...new Set(presented)].entries()) {
        const [, payload = '', signature = ''] = token.split('.')
        planted
          .set(`claims of access token ${index}`, payload.slice(0, 40))
          .set(`signature of access token ${index}`, signature)
      }

      // A Graph that repeats in its refusals whatever it was sent, as a broken proxy would: in a request of an admin,
      // and in a run.
      const echo = { error: { code: 'BadRequest', message: `you sent Bearer ${presented[0]}` } }
      const list = `${tenant.api}/microsoft-accounts/${tenant.accountId}/microsoft-users`
      for (const status of [400, 401, 403, 500, 503]) {
        platform.gate.faults.push(
          ...Array.from({ length: 8 }, () => ({ status, body: echo, headers: { 'retry-after': '0' } })),
        )
        await call('GET', `${list}?limit=5&search=${status}`)
        platform.gate.faults.length = 0
      }
      platform.gate.faults.push(...Array.from({ length: 4 }, () => ({ status: 400, body: echo })))
      const failed = await platform.runImport(tenant, { all: true, sync: true, sso: false })
      platform.gate.faults.length = 0
      expect(failed.status).toBe('failed')

      // What a driver writes of a failed statement ends in the log.
      await platform.stores.pool.query('alter table roster.webhook_endpoint rename to webhook_endpoint_away')
      expect((await call('GET', `${tenant.api}/webhook-endpoints`)).status).toBe(500)
      expect((await call('POST', `${tenant.api}/webhook-endpoints`, { url: hook.url })).status).toBe(500)
      await platform.stores.pool.query('alter table roster.webhook_endpoint_away rename to webhook_endpoint')
      for (const path of ['users', 'sync-runs', 'webhook-endpoints']) await call('GET', `${tenant.api}/${path}`)
      await worker.close()
      await hook.close()

      const redis = kind === 'redis' ? new Redis(testRedisUrl() ?? '') : undefined
      const dumps = [await dumpPostgres(platform.stores.pool), redis ? await dumpRedis(redis) : '']
      redis?.disconnect()
      const everything = [...dumps, ...said, JSON.stringify([...platform.registry.auditEvents.values()])].join('\n')
      expect(everything).toContain(tenant.tenantId)
      expect(everything).toContain(failed.id)
      const found = [...planted].filter(
        ([, text]) => text.length < 16 || formsOf(text).some((form) => everything.includes(form)),
      )
      expect(found.map(([name]) => name)).toEqual([])
    },
  )

  test.skipIf(skip)(
    'SE-10 T-94 whatever fails inside, every operation tells its request id and nothing of the inside',
    async () => {
      const worker = await platform.work()
      const values = await givenRoster(platform)
      await worker.close()
      const { rows } = await platform.stores.pool.query("select tablename from pg_tables where schemaname = 'roster'")
      const rename = (from: string, to: string) =>
        platform.stores.pool.query(`alter table roster.${from} rename to ${to}`)
      for (const { tablename } of rows) await rename(tablename, `${tablename}_away`)
      const operations = operationsOf(platform.app.swagger() as OpenApi).filter(({ path }) =>
        path.startsWith('/api/v1/tenants/'),
      )
      expect(operations.length).toBeGreaterThan(25)
      for (const operation of operations) {
        const answer = await platform.app.inject({
          method: operation.method,
          url: urlOf(operation, values),
          headers: { authorization: platform.authorization({ scope: values.tenantId, role: 'admin' }) },
          ...(operation.body && { payload: {} }),
        })
        expect(answer.statusCode, operation.id).toBeGreaterThanOrEqual(400)
        expect(answer.json(), operation.id).toMatchObject({
          status: answer.statusCode,
          requestId: answer.headers['x-request-id'],
        })
        expect(showsTheInside(answer.body) || /roster|_away/.test(answer.body), `${operation.id}: ${answer.body}`).toBe(
          false,
        )
      }
      for (const { tablename } of rows) await rename(`${tablename}_away`, tablename)
    },
  )
})
