import { createHash, createHmac, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { ADELE, CONTOSO_DIRECTORY_ID } from './given.ts'

export type Claims = Record<string, unknown>
export type SigningKey = {
  kid: string
  alg: 'RS256' | 'ES256'
  privateKey: KeyObject
  publicKey: KeyObject
  /** As Microsoft's keys name the issuer that they sign for. */
  issuer?: string
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

export function makeKey(alg: SigningKey['alg'] = 'RS256'): SigningKey {
  const pair =
    alg === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { kid: randomUUID(), alg, ...pair }
}

export function signWith({ kid, alg, privateKey }: SigningKey, claims: Claims, header: Claims = {}): string {
  const head = Object.fromEntries(
    Object.entries({ typ: 'JWT', alg, kid, ...header }).filter(([, value]) => value !== undefined),
  )
  const input = `${encode(head)}.${encode(claims)}`
  const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' })
  return `${input}.${signature.toString('base64url')}`
}

export function macWith(secret: string | Buffer, { kid }: Pick<SigningKey, 'kid'>, claims: Claims): string {
  const input = `${encode({ typ: 'JWT', alg: 'HS256', kid })}.${encode(claims)}`
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}

export const toJwk = ({ kid, publicKey, issuer }: Pick<SigningKey, 'kid' | 'publicKey' | 'issuer'>) => ({
  ...publicKey.export({ format: 'jwk' }),
  use: 'sig',
  kid,
  ...(issuer !== undefined && { issuer }),
})

export type HostileUpstream = Awaited<ReturnType<typeof startHostileUpstream>>

/**
 * Stands where Entra ID is and does what it never would: everybody is Adele without a question, and each document and
 * token can be another than it should. Answers like the emulator when nothing is changed.
 */
export async function startHostileUpstream() {
  const requests: string[] = []
  const tokenRequests: Array<{ authorization: string | undefined; hasSecret: boolean }> = []
  const nonces = new Map<string, string>()
  const echoed: string[] = []
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '', upstream.origin)
    requests.push(`${request.method} ${url.pathname}`)
    if (upstream.silentOn?.test(url.pathname)) return
    if (upstream.nonsense?.on.test(url.pathname)) {
      const { status = 200, type = 'application/json', body } = upstream.nonsense
      return void response.writeHead(status, { 'content-type': type }).end(body)
    }
    const json = (body: unknown) =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (url.pathname.endsWith('/openid-configuration')) return json({ ...metadata(), ...upstream.metadata })
    if (url.pathname.includes('/keys')) return json({ keys: upstream.keys.map(toJwk) })
    if (url.pathname === '/userinfo' || url.pathname === '/v1.0/me')
      return json({ sub: 'somebody-else', id: randomUUID() })
    if (url.pathname.endsWith('/authorize')) {
      const code = randomUUID()
      nonces.set(code, url.searchParams.get('nonce') ?? '')
      const answer = new URLSearchParams({ code, state: url.searchParams.get('state') ?? '' })
      return void response.writeHead(302, { location: `${url.searchParams.get('redirect_uri')}?${answer}` }).end()
    }
    if (url.pathname.endsWith('/token') && upstream.echoes) {
      const sent = await text(request)
      echoed.push(...new URLSearchParams(sent).values())
      const refusal = { error: 'invalid_grant', error_description: `AADSTS70000: you sent ${decodeURIComponent(sent)}` }
      return void response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify(refusal))
    }
    if (url.pathname.endsWith('/token')) return json(await answerToken(request))
    response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const issuer = `${origin}/${CONTOSO_DIRECTORY_ID}/v2.0`

  const metadata = (): Claims => ({
    issuer,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    jwks_uri: `${origin}/keys`,
    userinfo_endpoint: `${origin}/userinfo`,
    response_types_supported: ['code'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
  })

  async function answerToken(request: IncomingMessage) {
    const body = new URLSearchParams(await text(request))
    tokenRequests.push({ authorization: request.headers.authorization, hasSecret: body.has('client_secret') })
    const accessToken = randomUUID()
    const now = Math.floor(Date.now() / 1000)
    const claims: Claims = {
      iss: issuer,
      aud: body.get('client_id'),
      sub: 'adele-at-jackfield',
      oid: ADELE.id,
      tid: CONTOSO_DIRECTORY_ID,
      nonce: nonces.get(body.get('code') ?? ''),
      iat: now,
      exp: now + 3600,
      at_hash: createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url'),
    }
    await upstream.beforeSigning()
    return { access_token: accessToken, token_type: 'Bearer', expires_in: 3600, id_token: upstream.idToken(claims) }
  }

  const first = makeKey()
  const upstream = {
    origin,
    issuer,
    requests,
    tokenRequests,
    /** Refuses every code with a sentence that repeats all it was sent, as a broken proxy would (SE-02). */
    echoes: false,
    echoed,
    /** Published; the first signs. */
    keys: [first],
    metadata: {} as Claims,
    /** What is answered on these paths, as it stands. */
    nonsense: undefined as { on: RegExp; status?: number; type?: string; body: string } | undefined,
    /** Paths that are never answered. */
    silentOn: undefined as RegExp | undefined,
    beforeSigning: async () => {},
    idToken: (claims: Claims) => signWith(upstream.keys[0] ?? first, claims),
    /** As in the beginning. */
    behave() {
      upstream.echoes = false
      upstream.metadata = {}
      upstream.silentOn = undefined
      upstream.nonsense = undefined
      upstream.beforeSigning = async () => {}
      upstream.idToken = (claims) => signWith(upstream.keys[0] ?? first, claims)
    },
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
  return upstream
}
