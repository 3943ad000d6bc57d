import { createHash, randomUUID } from 'node:crypto'
import { testRedisUrl } from '@jackfield/test-environment/redis'
import { Redis } from 'ioredis'
import { calculateJwkThumbprint, decodeJwt, exportJWK, generateKeyPair, SignJWT } from 'jose'
import * as client from 'openid-client'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { Browser, send } from './browser.ts'
import { givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { givenClient, oauthErrorOf, signIn, signInAt } from './oidc-client.ts'

const redisUrl = testRedisUrl()
const hash = (text: string) => createHash('sha256').update(text).digest('base64url')

describe.each(['Postgres', 'Redis'] as const)('DPoP (RFC 9449), with records on %s', (store) => {
  const onStore = test.skipIf(store === 'Redis' && inject('redisUrl') === null)
  let world: World
  let origin: string
  let redis: Redis | undefined
  beforeAll(async () => {
    redis = store === 'Redis' && redisUrl ? new Redis(redisUrl) : undefined
    world = await givenGateway(redis ? { redis } : {})
    givenApp(world, 'web-client')
    origin = world.originOf('contoso')
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

  type Keys = Awaited<ReturnType<typeof generateKeyPair>>
  const newKeys = () => generateKeyPair('ES256', { extractable: true })
  const thumbprint = async ({ publicKey }: Keys) => calculateJwkThumbprint(await exportJWK(publicKey))

  /** A sign-in of an app that binds its tokens to a key of its own, by openid-client. */
  async function givenBoundTokens(more: Record<string, string> = {}) {
    const app = await givenClient(world, 'contoso')
    const keys = await newKeys()
    const DPoP = client.getDPoPHandle(app.configuration, keys)
    const login = await app.begin(more)
    const page = await signInAt(new Browser(), login.url)
    const checks = { pkceCodeVerifier: login.verifier, expectedState: login.state, expectedNonce: login.nonce }
    const redeem = (handle: client.DPoPHandle | null = DPoP) =>
      client.authorizationCodeGrant(app.configuration, page.url, checks, undefined, handle ? { DPoP: handle } : {})
    return { app, keys, DPoP, redeem }
  }

  type Change = { claims?: Record<string, unknown>; alg?: string; typ?: string; header?: Record<string, unknown> }
  /** A proof of our own making, to be made wrong. */
  async function proofOf(keys: Keys, htm: string, htu: string, token?: string, { claims, ...change }: Change = {}) {
    const payload = {
      htm,
      htu,
      jti: randomUUID(),
      iat: Math.floor(Date.now() / 1000),
      ...(token && { ath: hash(token) }),
      ...claims,
    }
    const jwk = await exportJWK(keys.publicKey)
    return new SignJWT(payload)
      .setProtectedHeader({ alg: 'ES256', typ: change.typ ?? 'dpop+jwt', jwk, ...change.header })
      .sign(keys.privateKey)
  }
  const userinfoAt = () => `${origin}/auth/userinfo`
  const userinfo = (token: string, proof?: string, scheme = 'DPoP') =>
    send(userinfoAt(), { headers: { authorization: `${scheme} ${token}`, ...(proof && { dpop: proof }) } })
  async function refresh(refreshToken: string, proof?: string) {
    const answer = await send(`${origin}/auth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...(proof && { dpop: proof }) },
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        client_id: 'web-client',
        refresh_token: refreshToken,
      }).toString(),
    })
    return { status: answer.status, body: JSON.parse(answer.text) }
  }
  const refreshProof = (keys: Keys, change?: Change) => proofOf(keys, 'POST', `${origin}/auth/token`, undefined, change)

  onStore(
    'an off-the-shelf client signs in, refreshes and reads userinfo, and every token is bound to its key',
    async () => {
      const { app, keys, DPoP, redeem } = await givenBoundTokens()
      const first = await redeem()
      const second = await client.refreshTokenGrant(app.configuration, first.refresh_token ?? '', undefined, { DPoP })
      const third = await client.refreshTokenGrant(app.configuration, second.refresh_token ?? '', undefined, { DPoP })
      for (const tokens of [first, second, third]) {
        expect(tokens.token_type).toBe('dpop')
        expect(decodeJwt(tokens.access_token).cnf).toEqual({ jkt: await thumbprint(keys) })
      }
      const claims = await client.fetchUserInfo(app.configuration, third.access_token, third.claims()?.sub ?? '', {
        DPoP,
      })
      expect(claims.name).toBe('Adele Vance')
      const introspected = await client.tokenIntrospection(app.configuration, third.access_token)
      expect(introspected).toMatchObject({ active: true, token_type: 'DPoP', cnf: { jkt: await thumbprint(keys) } })
      const ofRefresh = await client.tokenIntrospection(app.configuration, third.refresh_token ?? '')
      expect(ofRefresh).toMatchObject({ active: true, cnf: { jkt: await thumbprint(keys) } })
    },
  )

  onStore('a client that sends no proof has bearer tokens, as ever; a proof beside one is refused', async () => {
    const { app, tokens } = await signIn(world, 'contoso')
    expect(tokens.token_type).toBe('bearer')
    expect(decodeJwt(tokens.access_token)).not.toHaveProperty('cnf')
    expect((await userinfo(tokens.access_token, undefined, 'Bearer')).status).toBe(200)
    const keys = await newKeys()
    expect(
      (await userinfo(tokens.access_token, await proofOf(keys, 'GET', userinfoAt(), tokens.access_token))).status,
    ).toBe(401)
    expect((await userinfo(tokens.access_token)).status).toBe(400)
    expect((await client.tokenIntrospection(app.configuration, tokens.access_token)).token_type).toBe('Bearer')
    expect((await client.refreshTokenGrant(app.configuration, tokens.refresh_token ?? '')).token_type).toBe('bearer')
  })

  onStore(
    'T-33 a bound access token is worth nothing without the key: as bearer, without proof, with another key’s',
    async () => {
      const { keys, redeem } = await givenBoundTokens()
      const { access_token: token } = await redeem()
      const other = await newKeys()
      const right = () => proofOf(keys, 'GET', userinfoAt(), token)
      expect((await userinfo(token, await right())).status).toBe(200)
      const refused = [
        await userinfo(token, undefined, 'Bearer'),
        await userinfo(token, await right(), 'Bearer'),
        await userinfo(token),
        await userinfo(token, await proofOf(other, 'GET', userinfoAt(), token)),
        await send(`${userinfoAt()}?access_token=${token}`),
      ]
      expect(refused.map(({ status }) => [400, 401].includes(status))).toEqual(refused.map(() => true))
      expect(refused[0]?.status).toBe(401)
      expect(refused[3]?.headers['www-authenticate']).toMatch(/^DPoP .*algs="ES256 Ed25519 EdDSA"/)
    },
  )

  onStore('a proof counts once, also of twenty that come at once', async () => {
    const { keys, redeem } = await givenBoundTokens()
    const { access_token: token } = await redeem()
    const proof = await proofOf(keys, 'GET', userinfoAt(), token)
    expect((await userinfo(token, proof)).status).toBe(200)
    expect((await userinfo(token, proof)).status).toBe(401)
    const again = await proofOf(keys, 'GET', userinfoAt(), token)
    const answers = await Promise.all(Array.from({ length: 20 }, () => userinfo(token, again)))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 19 }, () => 401)])
    const ahead = await proofOf(keys, 'GET', userinfoAt(), token, {
      claims: { iat: Math.floor(Date.now() / 1000) + 240 },
    })
    expect((await userinfo(token, ahead)).status).toBe(200)
    expect((await userinfo(token, ahead)).status).toBe(401)
  })

  onStore('a proof of another method, address, token, time, type or signature is refused', async () => {
    const { keys, redeem } = await givenBoundTokens()
    const { access_token: token } = await redeem()
    const now = Math.floor(Date.now() / 1000)
    const { privateKey } = await newKeys()
    const forged = { publicKey: keys.publicKey, privateKey }
    const proofs = [
      await proofOf(keys, 'POST', userinfoAt(), token),
      await proofOf(keys, 'GET', `${origin}/auth/token`, token),
      await proofOf(keys, 'GET', `${world.originOf('fabrikam')}/auth/userinfo`, token),
      await proofOf(keys, 'GET', userinfoAt(), `${token}x`),
      await proofOf(keys, 'GET', userinfoAt()),
      await proofOf(keys, 'GET', userinfoAt(), token, { claims: { iat: now - 600 } }),
      await proofOf(keys, 'GET', userinfoAt(), token, { claims: { iat: now + 600 } }),
      await proofOf(keys, 'GET', userinfoAt(), token, { claims: { jti: undefined } }),
      await proofOf(keys, 'GET', userinfoAt(), token, { typ: 'JWT' }),
      await proofOf(keys, 'GET', userinfoAt(), token, { header: { jwk: await exportJWK(keys.privateKey) } }),
      await proofOf(forged, 'GET', userinfoAt(), token),
      'x',
    ]
    for (const [index, proof] of proofs.entries()) {
      const { status, headers } = await userinfo(token, proof)
      expect([index, status, headers['www-authenticate']]).toEqual([
        index,
        401,
        expect.stringContaining('invalid_dpop_proof'),
      ])
    }
  })

  onStore(
    'T-51 a bound refresh token is worth nothing without the key, and the attempt costs its owner nothing',
    async () => {
      const { keys, redeem } = await givenBoundTokens()
      const { refresh_token: token = '' } = await redeem()
      const other = await newKeys()
      for (const proof of [undefined, await refreshProof(other), await refreshProof(keys, { claims: { htm: 'GET' } })])
        expect((await refresh(token, proof)).body.error).toMatch(/^invalid_(grant|dpop_proof)$/)
      const proof = await refreshProof(keys)
      const done = await refresh(token, proof)
      expect([done.status, done.body.token_type]).toEqual([200, 'DPoP'])
      expect((await refresh(done.body.refresh_token, proof)).body.error).toBe('invalid_grant')
    },
  )

  onStore('T-50 T-134 a lost answer is asked for once more with the key alone, and is bound as well', async () => {
    const { keys, redeem } = await givenBoundTokens()
    const { refresh_token: token = '' } = await redeem()
    const lost = await refresh(token, await refreshProof(keys))
    expect(lost.status).toBe(200)
    expect((await refresh(token)).status).toBe(400)
    expect((await refresh(token, await refreshProof(await newKeys()))).status).toBe(400)
    const again = await refresh(token, await refreshProof(keys))
    expect([again.status, again.body.refresh_token]).toEqual([200, lost.body.refresh_token])
    expect(decodeJwt(again.body.access_token).cnf).toEqual({ jkt: await thumbprint(keys) })
    expect((await refresh(again.body.refresh_token)).status).toBe(400)
    expect((await refresh(again.body.refresh_token, await refreshProof(keys))).status).toBe(200)
  })

  onStore('a code that was asked for with a key’s thumbprint is given to no other key', async () => {
    const mine = await newKeys()
    for (const holder of ['another', 'nobody', 'its own'] as const) {
      const { app, redeem } = await givenBoundTokens({ dpop_jkt: await thumbprint(mine) })
      const proving = async (keys: Keys) => client.getDPoPHandle(app.configuration, keys)
      const redeeming = redeem(
        holder === 'nobody' ? null : await proving(holder === 'another' ? await newKeys() : mine),
      )
      if (holder === 'its own') expect((await redeeming).token_type).toBe('dpop')
      else expect(await oauthErrorOf(redeeming)).toBe('invalid_grant')
    }
  })

  onStore('T-34 discovery names asymmetric algorithms only, and browsers may send the header', async () => {
    const { text } = await send(`${origin}/auth/.well-known/openid-configuration`)
    expect(JSON.parse(text).dpop_signing_alg_values_supported).toEqual(['ES256', 'Ed25519', 'EdDSA'])
    for (const path of ['/auth/token', '/auth/userinfo']) {
      const preflight = {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'dpop,authorization',
      }
      const { headers } = await send(origin + path, { method: 'OPTIONS', headers: preflight })
      expect(headers['access-control-allow-headers']).toMatch(/dpop/i)
    }
  })
})
