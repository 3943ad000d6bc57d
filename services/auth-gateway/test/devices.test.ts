import { testRedisUrl } from '@jackfield/test-environment/redis'
import { Redis } from 'ioredis'
import * as client from 'openid-client'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test as vitest } from 'vitest'
import { endRevokedSessions } from '../src/jobs/end-revoked-sessions.ts'
import { Browser } from './browser.ts'
import { givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { givenClient, oauthErrorOf, signIn } from './oidc-client.ts'
import { endOwn, givenPhone, handlesOf, introspect } from './phones.ts'

const redisUrl = testRedisUrl()
const PAGE = { before: undefined, limit: 9 }

describe.each(['Postgres', 'Redis'] as const)('devices, on %s', (store) => {
  const test = vitest.skipIf(store === 'Redis' && inject('redisUrl') === null)
  let world: World
  let origin: string
  let tenantId: string
  let person: ReturnType<typeof givenPerson>
  let redis: Redis | undefined
  beforeAll(async () => {
    redis = store === 'Redis' && redisUrl ? new Redis(redisUrl) : undefined
    world = await givenGateway(redis ? { redis, redisPrefix: 'devices' } : {})
    givenApp(world, 'desk-phone', { kind: 'device', name: 'Desk phone', callbackPaths: [], postLogoutPaths: [] })
    givenApp(world, 'web-client', { name: 'Web client' })
    origin = world.originOf('contoso')
  })
  afterAll(async () => {
    await world.close()
    redis?.disconnect()
  })
  beforeEach(async () => {
    await world.sendAudits()
    world.roster.people.length = 0
    world.registry.audits.length = 0
    tenantId = givenConnectedTenant(world, 'contoso').tenant.id
    person = givenPerson(world, tenantId)
  })

  const page = (browser: Browser) => browser.open(`${origin}/auth/sessions`)
  async function audits(action: string) {
    await world.sendAudits()
    return world.registry.audits.filter((event) => event.action === action)
  }

  test('T-136 FC-14 connecting a device is audited with app and address, and told to the person', async () => {
    const { browser } = await signIn(world, 'contoso')
    const { done } = await givenPhone(world, browser)
    expect(done.text).toContain('until you sign it out under “Your sessions”')
    await expect
      .poll(() => audits('device.connected'))
      .toEqual([
        expect.objectContaining({
          tenantId,
          actor: `phone-user:${person.id}`,
          target: 'app:desk-phone',
          outcome: 'success',
          requestId: expect.stringMatching(/^[\w-]{36}$/),
          details: {
            sessionId: expect.any(String),
            address: '127.0.0.1',
            approvedFrom: '127.0.0.1',
            host: new URL(origin).host,
          },
        }),
      ])
    const { html, text } = await page(browser)
    expect(html.match(/<li>/g)).toHaveLength(2)
    expect(text).toContain('Desk phone was connected on')
    expect(text).toContain('asked from the address 127.0.0.1')
    expect(html).toMatch(/<strong>Desk phone<\/strong>/)
    expect(html.match(/Desk phone<\/strong>/g)).toHaveLength(1) // not among the apps of the browser
  })

  test('T-136 a cancelled request connects nothing', async () => {
    const { browser } = await signIn(world, 'contoso')
    const { configuration } = await givenClient(world, 'contoso', 'desk-phone')
    const device = await client.initiateDeviceAuthorization(configuration, { scope: 'openid' })
    const asked = await browser.submit(await browser.open(new URL(device.verification_uri_complete ?? '')), '', {})
    await browser.submit(asked, 'Cancel')
    await expect.poll(() => audits('device.connected')).toEqual([])
    expect((await page(browser)).html.match(/<li>/g)).toHaveLength(1)
  })

  describe('T-136 S62 a device', () => {
    test('ends alone: its tokens are refused at once, those of the other phone of the same browser live on', async () => {
      const { browser } = await signIn(world, 'contoso')
      const [one, other] = [await givenPhone(world, browser), await givenPhone(world, browser)]
      const [first, second] = [await one.redeem(), await other.redeem()]
      const before = await page(browser)
      expect(before.html.match(/<li>/g)).toHaveLength(3)
      // Newest first: the browser itself has no form, then come the phones.
      const [, older = ''] = handlesOf(before)
      const after = await endOwn(browser, origin, { session: older })
      expect(after.html.match(/<li>/g)).toHaveLength(2)
      const ended = { ...(await introspect(one, first.access_token)) }
      const kept = { ...(await introspect(other, second.access_token)) }
      expect([ended.active, kept.active].sort()).toEqual([false, true])
      const [gone, goneTokens, live, liveTokens] = ended.active
        ? [other, second, one, first]
        : [one, first, other, second]
      expect(await oauthErrorOf(client.refreshTokenGrant(gone.configuration, goneTokens.refresh_token ?? ''))).toBe(
        'invalid_grant',
      )
      await expect(client.fetchUserInfo(gone.configuration, goneTokens.access_token, person.id)).rejects.toThrow()
      expect(
        (await client.refreshTokenGrant(live.configuration, liveTokens.refresh_token ?? '')).access_token,
      ).toBeTruthy()
      await expect
        .poll(() => audits('device.removed'))
        .toEqual([expect.objectContaining({ actor: `phone-user:${person.id}`, target: 'app:desk-phone', tenantId })])
      await expect.poll(() => audits('session.end')).toEqual([])
    })

    test('ends with all others, unless the person keeps it', async () => {
      const [here, there] = [await signIn(world, 'contoso'), await signIn(world, 'contoso')]
      const phone = await givenPhone(world, there.browser)
      const first = await phone.redeem()
      const before = await page(here.browser)
      expect(before.text).toContain('Keep my phones and devices signed in')
      const all = handlesOf(before).at(-1) ?? ''
      const kept = await endOwn(here.browser, origin, { session: all, keepDevices: 'yes' })
      expect(kept.html.match(/<li>/g)).toHaveLength(2)
      const second = await client.refreshTokenGrant(phone.configuration, first.refresh_token ?? '')
      await expect.poll(() => audits('device.removed')).toEqual([])
      const another = await signIn(world, 'contoso')
      const everything = handlesOf(await page(another.browser)).at(-1) ?? ''
      expect((await endOwn(another.browser, origin, { session: everything })).html.match(/<li>/g)).toHaveLength(1)
      const refused = client.refreshTokenGrant(phone.configuration, second.refresh_token ?? '')
      expect(await oauthErrorOf(refused)).toBe('invalid_grant')
      await expect.poll(() => audits('device.removed')).toHaveLength(1)
    })

    test('outlives the browser that connected it, and is listed in the next one', async () => {
      const { browser } = await signIn(world, 'contoso')
      await (await givenPhone(world, browser)).redeem()
      await browser.submit(await browser.open(`${origin}/auth/logout`), 'Sign out')
      const next = await signIn(world, 'contoso')
      const { html, text } = await page(next.browser)
      expect([html.match(/<li>/g)?.length, text.includes('Desk phone')]).toEqual([2, true])
    })

    test('that never fetches its tokens is listed no longer than its code lasts', async () => {
      const { browser } = await signIn(world, 'contoso')
      const { redeem } = await givenPhone(world, browser)
      const ttl = async () => {
        const [newest] = await world.personSessions.listOfPerson({ tenantId, userId: person.id }, PAGE)
        return (newest?.expiresAt ?? 0) - world.clock()
      }
      expect(await ttl()).toBeLessThanOrEqual(600)
      await redeem()
      expect(await ttl()).toBeGreaterThan(89 * 24 * 3600)
    })

    test('that is ended between approval and its tokens gets none', async () => {
      const { browser } = await signIn(world, 'contoso')
      const { redeem } = await givenPhone(world, browser)
      const [handle = ''] = handlesOf(await page(browser))
      await endOwn(browser, origin, { session: handle })
      expect(await oauthErrorOf(redeem())).toBe('invalid_grant')
    })

    test('that revokes its own token (RFC 7009) leaves the list, and that is audited', async () => {
      const { browser } = await signIn(world, 'contoso')
      for (const kind of ['refresh_token', 'access_token'] as const) {
        await world.sendAudits()
        world.registry.audits.length = 0
        const phone = await givenPhone(world, browser)
        const tokens = await phone.redeem()
        await client.tokenRevocation(phone.configuration, tokens[kind] ?? '')
        expect((await page(browser)).html.match(/<li>/g)).toHaveLength(1)
        await expect
          .poll(() => audits('device.removed'))
          .toEqual([
            expect.objectContaining({
              actor: 'app:desk-phone',
              details: expect.objectContaining({ reason: 'revoked', userId: person.id }),
            }),
          ])
      }
    })

    test('S45 ends when the roster ends the person’s sessions', async () => {
      const { browser } = await signIn(world, 'contoso')
      const phone = await givenPhone(world, browser)
      const { access_token: token } = await phone.redeem()
      const validAfter = new Date(Date.now() + 5_000).toISOString()
      const waiting = [{ tenantId, userId: person.id, validAfter }]
      const revocations = { claim: async () => waiting.splice(0), done: async () => undefined }
      const failures: unknown[] = []
      await endRevokedSessions({ ...world, revocations }, (error) => void failures.push(error))
      expect(failures).toEqual([])
      expect((await introspect(phone, token)).active).toBe(false)
      expect(await world.personSessions.listOfPerson({ tenantId, userId: person.id }, PAGE)).toEqual([])
      await expect
        .poll(() => audits('device.removed'))
        .toEqual([
          expect.objectContaining({
            actor: 'user-sync-worker',
            details: expect.objectContaining({ reason: 'sessions-revoked' }),
          }),
        ])
    })

    test('T-90 of somebody else is neither shown nor ended', async () => {
      const { browser } = await signIn(world, 'contoso')
      await (await givenPhone(world, browser)).redeem()
      const [handle = ''] = handlesOf(await page(browser))
      Object.assign(person, { objectId: crypto.randomUUID() })
      givenPerson(world, tenantId)
      const other = await signIn(world, 'contoso')
      expect((await page(other.browser)).html.match(/<li>/g)).toHaveLength(1)
      expect((await endOwn(other.browser, origin, { session: handle })).status).toBe(404)
      expect(handlesOf(await page(new Browser()))).toEqual([])
    })
  })
})
