import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { Provider } from 'oidc-provider'
import { floorAdapter } from './floor-adapter.ts'

// The floor, in a process of its own: oidc-provider on node:http with the same grant, signatures and store. The first
// interaction signs in the only account without a prompt. Settings come from the environment.

const { PORT = '0', DATABASE_URL = '', REDIS_URL } = process.env
const origin = `http://127.0.0.1:${PORT}`
const resource = `${origin}/api`
const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })

const provider = new Provider(origin, {
  adapter: await floorAdapter({ databaseUrl: DATABASE_URL, redisUrl: REDIS_URL }),
  clients: [
    {
      client_id: 'bare',
      redirect_uris: [`${origin}/callback`],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      id_token_signed_response_alg: 'ES256',
    },
  ],
  jwks: { keys: [{ ...key, use: 'sig', alg: 'ES256', kid: 'bare' }] as never },
  cookies: { keys: [randomBytes(32).toString('hex')] },
  claims: { openid: ['sub'], profile: ['name'], email: ['email'] },
  conformIdTokenClaims: false,
  features: {
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => resource,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: 'openid profile email offline_access',
        audience: resource,
        accessTokenTTL: 300,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
  issueRefreshToken: () => true,
  interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
  findAccount: (_ctx, sub) => ({
    accountId: sub,
    claims: () => ({ sub, name: 'A Person', email: 'person@example.com' }),
  }),
  async loadExistingGrant(ctx) {
    const { session, client } = ctx.oidc
    if (!session?.accountId || !client) return undefined
    const known = session.grantIdFor(client.clientId)
    if (known) return ctx.oidc.provider.Grant.find(known)
    const grant = new ctx.oidc.provider.Grant({ accountId: session.accountId, clientId: client.clientId })
    grant.addOIDCScope('openid profile email offline_access')
    grant.addResourceScope(resource, 'openid profile email offline_access')
    await grant.save()
    return grant
  },
})

const handle = provider.callback()
createServer(async (request, response) => {
  if (!request.url?.startsWith('/interaction/')) return handle(request, response)
  await provider.interactionFinished(request, response, { login: { accountId: 'person' } })
}).listen(Number(PORT), '127.0.0.1', () => process.stdout.write('ready\n'))
