import { afterAll, beforeAll, expect, test } from 'vitest'
import { adminOf, platform, type Registry, service, startRegistry } from './registry.ts'

let registry: Registry
beforeAll(async () => {
  registry = await startRegistry()
})
afterAll(() => registry.close())

const create = (caller: Parameters<Registry['call']>[0], body: object = {}) =>
  registry.call(caller, 'POST', '/api/v1/control-sign-in-links', body)
const redeem = (token: string) =>
  registry.call(service, 'POST', '/internal/control-sign-in-links/redemptions', { token })

test('a link is redeemed once, also by ten at the same time, and both are audited', async () => {
  const { status, body } = await create(platform)
  expect(status).toBe(201)
  const answers = await Promise.all(Array.from({ length: 10 }, () => redeem(body.token)))
  const winners = answers.filter((answer) => answer.status === 200)
  expect(winners).toHaveLength(1)
  expect(winners[0]?.body).toEqual({
    id: expect.stringMatching(/^control:[0-9a-f-]{36}$/),
    scope: 'platform',
    role: 'admin',
  })
  const events = await registry.auditEvents('control-sign-in-link.redeem')
  expect(events.filter((event: { outcome: string }) => event.outcome === 'success')).toHaveLength(1)
  expect(events.filter((event: { outcome: string }) => event.outcome === 'refused')).toHaveLength(9)
  expect(await registry.auditEvents('control-sign-in-link.create')).toHaveLength(1)
})

test('a link ends after 15 minutes', async () => {
  const { body } = await create(platform)
  registry.clock.offset = 15 * 60_000 + 1
  expect(await redeem(body.token)).toMatchObject({ status: 404, body: { code: 'link-unknown' } })
  registry.clock.offset = 0
})

test('T-94 only the hash of the token is stored', async () => {
  const { body } = await create(platform)
  expect(body.token).toMatch(/^[\w-]{43}$/)
  const { rows } = await registry.pool.query('select l::text as line from registry.control_sign_in_link l')
  expect(rows.map((row) => row.line).join()).not.toContain(body.token)
})

test('T-90 a tenant admin makes links for that tenant only', async () => {
  const mine = await registry.givenTenant()
  expect((await create(adminOf(mine))).status).toBe(403)
  expect((await create(adminOf(mine), { scope: await registry.givenTenant() })).status).toBe(403)
  const { body } = await create(adminOf(mine), { scope: mine, role: 'read' })
  expect((await redeem(body.token)).body).toMatchObject({ scope: mine, role: 'read' })
})
