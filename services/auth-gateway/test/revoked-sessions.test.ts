import type { Revocation } from '@jackfield/contract/internal/revocation'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { endRevokedSessions } from '../src/jobs/end-revoked-sessions.ts'
import { Browser } from './browser.ts'
import { givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { signIn } from './oidc-client.ts'
import { givenSharedApp, signInShared } from './shared-host.ts'

let world: World
let contoso: { id: string }
let fabrikam: { id: string }
let people: Record<'contoso' | 'fabrikam', { id: string }>
const waiting: Revocation[] = []
const failures: unknown[] = []
beforeAll(async () => {
  world = await givenGateway()
  for (const name of ['web-client', 'admin']) givenApp(world, name, { backchannelLogoutPath: `/${name}/logged-out` })
  givenApp(world, 'deaf')
})
afterAll(() => world.close())
beforeEach(async () => {
  waiting.length = 0
  failures.length = 0
  world.registry.outage.isDown = false
  world.roster.people.length = 0
  contoso = givenConnectedTenant(world, 'contoso').tenant
  fabrikam = givenConnectedTenant(world, 'fabrikam').tenant
  people = { contoso: givenPerson(world, contoso.id), fabrikam: givenPerson(world, fabrikam.id) }
  await world.pool.query('delete from gateway.logout_notice')
})

/** The roster's side, as its own tests prove it: handed out until done. */
const revocations = {
  claim: async () => [...waiting],
  done: async (items: readonly Revocation[]) => {
    for (const item of items) waiting.splice(waiting.indexOf(item), 1)
  },
}
const run = () => endRevokedSessions({ ...world, revocations }, (error) => void failures.push(error))
const revoke = (tenantId: string, userId: string, seconds = 5) =>
  waiting.push({ tenantId, userId, validAfter: new Date(Date.now() + seconds * 1000).toISOString() })
const notices = async () =>
  (await world.pool.query('select issuer, client_id, sub, sid from gateway.logout_notice order by issuer, client_id'))
    .rows
const sessions = async () =>
  (
    await world.pool.query(
      `select count(*)::int as n from gateway.short_lived_record where kind = 'Session' and expires_at > now()`,
    )
  ).rows[0].n

test('S45 T-61 when the roster ends somebody’s sessions, every app of each session is notified, on this tenant’s host alone', async () => {
  const browser = new Browser()
  const first = await signIn(world, 'contoso', { clientId: 'web-client', browser })
  await signIn(world, 'contoso', { clientId: 'deaf', browser })
  const second = await signIn(world, 'contoso', { clientId: 'admin' })
  await signIn(world, 'fabrikam', { clientId: 'admin' })
  const before = await sessions()
  revoke(contoso.id, people.contoso.id)
  expect(await run()).toBe(1)
  const issuer = `${world.originOf('contoso')}/auth`
  expect(await notices()).toEqual([
    { issuer, client_id: 'admin', sub: people.contoso.id, sid: second.tokens.claims()?.sid },
    { issuer, client_id: 'web-client', sub: people.contoso.id, sid: first.tokens.claims()?.sid },
  ])
  expect(await sessions()).toBe(before - 2)
  expect(waiting).toEqual([])
  expect(failures).toEqual([])
})

test('S45 S40 T-61 the roster ends a session on a shared host too, and no other tenant’s there', async () => {
  const origin = givenSharedApp(world, 'shared', 'web', { backchannelLogoutPath: '/logged-out' })
  const { browser, tokens } = await signInShared(origin, { clientId: 'shared', hints: { tenant: 'contoso' } })
  const other = await signInShared(origin, { clientId: 'shared', hints: { tenant: 'fabrikam' } })
  revoke(contoso.id, people.contoso.id)
  await run()
  expect(await notices()).toEqual([
    { issuer: `${origin}/auth`, client_id: 'shared', sub: people.contoso.id, sid: tokens.claims()?.sid },
  ])
  expect((await browser.open(`${origin}/auth/verify`)).status).toBe(401)
  expect((await other.browser.open(`${origin}/auth/verify`)).headers['x-auth-tenant']).toBe('fabrikam')
  expect(failures).toEqual([])
})

test('S45 a sign-in from after the revocation stays', async () => {
  await signIn(world, 'contoso', { clientId: 'web-client' })
  revoke(contoso.id, people.contoso.id, -60)
  await run()
  expect(await notices()).toEqual([])
  expect(waiting).toEqual([])
})

test('S45 T-115 with the registry down nothing is lost: the app is notified once it is back', async () => {
  await signIn(world, 'contoso', { clientId: 'web-client' })
  revoke(contoso.id, people.contoso.id)
  world.registry.outage.isDown = true
  await run()
  expect(waiting).toHaveLength(1)
  expect(failures).toHaveLength(1)
  world.registry.outage.isDown = false
  await run()
  expect(await notices()).toMatchObject([{ client_id: 'web-client' }])
  expect(waiting).toEqual([])
})

test('T-141 a host that cannot be looked up keeps the sessions of no other host, and is tried again', async () => {
  const origin = givenSharedApp(world, 'common', 'common', { backchannelLogoutPath: '/logged-out' })
  const hosts = { contoso: new URL(world.originOf('contoso')).host, shared: new URL(origin).host }
  const issuers = { contoso: `${world.originOf('contoso')}/auth`, shared: `${origin}/auth` }
  for (const [failing, other] of [['contoso', 'shared'] as const, ['shared', 'contoso'] as const]) {
    await signIn(world, 'contoso', { clientId: 'web-client' })
    await signInShared(origin, { clientId: 'common', hints: { tenant: 'contoso' } })
    revoke(contoso.id, people.contoso.id)
    const registry = {
      ...world.registry,
      findHost: async (host: string) => {
        if (host === hosts[failing]) throw new Error('no answer')
        return world.registry.findHost(host)
      },
    }
    await endRevokedSessions({ ...world, registry, revocations }, (error) => void failures.push(error))
    expect(await notices()).toMatchObject([{ issuer: issuers[other] }])
    expect([waiting.length, failures.splice(0).length]).toEqual([1, 1])
    await run()
    expect((await notices()).map(({ issuer }) => issuer).sort()).toEqual(Object.values(issuers).sort())
    await world.pool.query('delete from gateway.logout_notice')
  }
})

test('S45 a person who never signed in, and a host of another tenant by now, are no failures', async () => {
  const { tokens } = await signIn(world, 'contoso', { clientId: 'web-client' })
  expect(tokens.claims()?.sub).toBe(people.contoso.id)
  revoke(fabrikam.id, people.fabrikam.id)
  revoke(contoso.id, people.contoso.id)
  givenConnectedTenant(world, 'contoso') // the slug is a new tenant's
  await run()
  expect(await notices()).toEqual([])
  expect(waiting).toEqual([])
})
