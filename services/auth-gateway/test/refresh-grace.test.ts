import { randomUUID } from 'node:crypto'
import { unseal } from '@jackfield/sealing/seal'
import { testRedisUrl } from '@jackfield/test-environment/redis'
import { Redis } from 'ioredis'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose'
import * as client from 'openid-client'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { Browser, send } from './browser.ts'
import { givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { givenClient, signIn, signInAt } from './oidc-client.ts'
import { FORM } from './token-requests.ts'

/* FC-05, T-134: refreshing again within the grace gives the same answer at every replica; later use is a replay (T-50). */

const ROUNDS = 40
const redisUrl = testRedisUrl()

describe.each(['Postgres', 'Redis'] as const)('the grace of refresh tokens, on %s', (store) => {
  const onStore = test.skipIf(store === 'Redis' && inject('redisUrl') === null)
  let world: World
  let origin: string
  let redis: Redis | undefined
  /** Two replicas over one store. */
  let replicas: string[]
  beforeAll(async () => {
    redis = store === 'Redis' && redisUrl ? new Redis(redisUrl) : undefined
    world = await givenGateway({ rateLimitFactor: 0, ...(redis ? { redis } : {}) })
    givenApp(world, 'web-client')
    givenApp(world, 'other')
    origin = world.originOf('contoso')
    replicas = [`http://127.0.0.1:${world.port}`, await world.addReplica()]
  })
  afterAll(async () => {
    await world.close()
    redis?.disconnect()
  })
  beforeEach(() => {
    world.time.shift = 0
    world.roster.people.length = 0
    givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id)
  })

  async function refresh(refreshToken: string, { replica = 0, proof }: { replica?: number; proof?: string } = {}) {
    const answer = await send(`${replicas[replica]}/auth/token`, {
      method: 'POST',
      headers: { ...FORM, host: new URL(origin).host, ...(proof && { dpop: proof }) },
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        client_id: 'web-client',
        refresh_token: refreshToken,
      }).toString(),
    })
    const body = JSON.parse(answer.text)
    return { status: answer.status, body, token: String(body.refresh_token) }
  }
  const userinfo = async (token: string, scheme = 'Bearer', headers: Record<string, string> = {}) =>
    (await send(`${origin}/auth/userinfo`, { headers: { authorization: `${scheme} ${token}`, ...headers } })).status
  const first = async () => (await signIn(world, 'contoso')).tokens.refresh_token ?? ''

  onStore(
    'FC-05 T-134 two tabs that refresh at once, at two replicas, get the same refresh token and both live on',
    async () => {
      let held = await first()
      for (let round = 0; round < ROUNDS; round++) {
        const tabs = await Promise.all([0, 1].map((replica) => refresh(held, { replica })))
        expect([round, ...tabs.map(({ status }) => status)]).toEqual([round, 200, 200])
        expect(tabs[1]?.token).toBe(tabs[0]?.token)
        expect(tabs[0]?.token).toMatch(/^[\w-]{43}$/)
        expect(tabs[0]?.token).not.toBe(held)
        held = tabs[0]?.token ?? ''
        if (round % 10 === 0) for (const { body } of tabs) expect(await userinfo(body.access_token)).toBe(200)
      }
    },
  )

  onStore('FC-05 RT-02 twenty at once have one successor, which is the only live branch', async () => {
    for (let round = 0; round < 5; round++) {
      const held = await first()
      const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => refresh(held, { replica: index % 2 })))
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
      expect(new Set(answers.map(({ token }) => token)).size).toBe(1)
    }
    expect(world.faults).toEqual([])
  })

  onStore('FC-05 T-134 each tab goes on with what it got, one of them some seconds behind the other', async () => {
    const held = await first()
    const [ahead, behind] = await Promise.all([refresh(held), refresh(held, { replica: 1 })])
    const next = await refresh(ahead?.token ?? '')
    world.time.shift += 5
    expect((await refresh(held, { replica: 1 })).token).toBe(ahead?.token)
    expect((await refresh(behind?.token ?? '', { replica: 1 })).token).toBe(next.token)
    world.time.shift += 3600
    const last = await refresh(next.token)
    expect([last.status, await userinfo(last.body.access_token)]).toEqual([200, 200])
  })

  onStore('T-50 RT-01 after the grace a used one ends the family, whether its successor was used or not', async () => {
    for (const isSuccessorUsed of [false, true]) {
      const held = await first()
      const second = await refresh(held)
      const newest = isSuccessorUsed ? await refresh(second.token) : second
      world.time.shift += 11
      expect((await refresh(held, { replica: 1 })).body.error).toBe('invalid_grant')
      expect((await refresh(newest.token)).body.error).toBe('invalid_grant')
      expect(await userinfo(newest.body.access_token)).toBe(401)
      world.time.shift = 0
    }
  })

  onStore('T-50 repeating does not lengthen the grace', async () => {
    const held = await first()
    const second = await refresh(held)
    for (const shift of [4, 8]) {
      world.time.shift = shift
      expect((await refresh(held)).token).toBe(second.token)
    }
    world.time.shift = 11
    expect((await refresh(held)).body.error).toBe('invalid_grant')
    expect((await refresh(second.token)).body.error).toBe('invalid_grant')
  })

  onStore('T-51 within the grace, what was revoked stays so, and another client gets nothing', async () => {
    const { tokens, app } = await signIn(world, 'contoso')
    const held = tokens.refresh_token ?? ''
    const second = await refresh(held)
    const body = new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: 'other',
      refresh_token: held,
    }).toString()
    expect((await send(`${origin}/auth/token`, { method: 'POST', headers: FORM, body })).status).toBe(400)
    expect((await refresh(held)).token).toBe(second.token)
    await client.tokenRevocation(app.configuration, second.token)
    for (const each of [held, second.token])
      expect((await refresh(each, { replica: 1 })).body.error).toBe('invalid_grant')
  })

  onStore('FC-05 T-134 with DPoP both tabs hold the key, and the successor is bound to it', async () => {
    const keys = await generateKeyPair('ES256', { extractable: true })
    const jwk = await exportJWK(keys.publicKey)
    const proof = (signer = keys, key = jwk) =>
      new SignJWT({ htm: 'POST', htu: `${origin}/auth/token`, jti: randomUUID(), iat: Math.floor(Date.now() / 1000) })
        .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: key })
        .sign(signer.privateKey)
    const app = await givenClient(world, 'contoso')
    const login = await app.begin()
    const page = await signInAt(new Browser(), login.url)
    const checks = { pkceCodeVerifier: login.verifier, expectedState: login.state, expectedNonce: login.nonce }
    const DPoP = client.getDPoPHandle(app.configuration, keys)
    let held =
      (await client.authorizationCodeGrant(app.configuration, page.url, checks, undefined, { DPoP })).refresh_token ??
      ''
    const stranger = await generateKeyPair('ES256', { extractable: true })
    for (let round = 0; round < ROUNDS / 4; round++) {
      const proofs = [await proof(), await proof()]
      const tabs = await Promise.all(proofs.map((each, replica) => refresh(held, { replica, proof: each })))
      expect([round, ...tabs.map(({ status }) => status)]).toEqual([round, 200, 200])
      expect(tabs[1]?.token).toBe(tabs[0]?.token)
      expect((await refresh(held)).status).toBe(400)
      expect((await refresh(held, { proof: await proof(stranger, await exportJWK(stranger.publicKey)) })).status).toBe(
        400,
      )
      held = tabs[0]?.token ?? ''
    }
    const introspected = await client.tokenIntrospection(app.configuration, held)
    expect(introspected).toMatchObject({ active: true, cnf: { jkt: await calculateJwkThumbprint(jwk) } })
  })
})

test('T-51 FC-05 not even with the keys that seal it does the store give a token or its successor', async () => {
  const world = await givenGateway()
  givenApp(world, 'web-client')
  givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id)
  const { app, tokens } = await signIn(world, 'contoso')
  const held = tokens.refresh_token ?? ''
  const second = (await client.refreshTokenGrant(app.configuration, held)).refresh_token ?? ''
  const { rows } = await world.pool.query<{ key: string; payload: Buffer }>(
    'select key, payload from gateway.short_lived_record',
  )
  const opened = rows.map(({ key, payload }) => unseal(payload, world.sealingKeys, `record:${key}`).toString())
  expect(opened.length).toBeGreaterThan(3)
  for (const text of opened) for (const secret of [held, second]) expect(text).not.toContain(secret)
  await world.close()
})
