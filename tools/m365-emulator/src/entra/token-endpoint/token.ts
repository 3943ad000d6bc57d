import type { FastifyPluginAsync } from 'fastify'
import type { Cloud } from '../../cloud.ts'
import { cloudOfRequest } from '../../directory-of-request.ts'
import { type Authority, directoryOf, refuseAuthority, resolveAuthority } from '../authority.ts'
import { presentedCredential, readBasic } from '../client-authentication/client-authentication.ts'
import type { Refusal } from '../errors/aadsts.ts'
import { refuseJson } from '../errors/refusal.ts'
import { clientCredentials } from './grants/client-credentials.ts'
import { codeGrant } from './grants/code-grant.ts'
import { deviceGrant } from './grants/device-grant.ts'
import type { GrantHandler, TokenBody } from './grants/grant.ts'
import { refreshGrant } from './grants/refresh-grant.ts'

type Route = { Params: { tenant: string }; Body: TokenBody | undefined }

const GRANTS: Readonly<Record<string, GrantHandler>> = {
  authorization_code: codeGrant,
  refresh_token: refreshGrant,
  client_credentials: clientCredentials,
  'urn:ietf:params:oauth:grant-type:device_code': deviceGrant,
  device_code: deviceGrant, // the older name, still sent by msal-node
}

export const token: FastifyPluginAsync<{ cloud: Cloud }> = async (app, { cloud: everywhere }) => {
  app.post<Route>('/:tenant/oauth2/v2.0/token', async ({ params, body = {}, headers }, reply) => {
    reply.header('cache-control', 'no-store, no-cache').header('pragma', 'no-cache')
    const authority = resolveAuthority(params.tenant, everywhere.directories)
    const cloud = everywhere.of(directoryOf(authority) ?? directoryOfGrant(everywhere, body))
    if (authority.kind === 'unknown') return refuseJson(reply, cloud, refuseAtToken(authority, body))
    const basic = readBasic(headers.authorization)
    const clientId = body.client_id ?? basic?.clientId
    const missing = !body.grant_type ? 'grant_type' : !clientId ? 'client_id' : undefined
    if (missing !== undefined) return refuseJson(reply, cloud, { code: 900144, values: { name: missing } })
    const handle = GRANTS[body.grant_type ?? '']
    if (!handle) return refuseJson(reply, cloud, { code: 70003, values: { grant: body.grant_type ?? '' } })
    if (body.resource !== undefined) return refuseJson(reply, cloud, { code: 901002 })

    const application = cloud.directories.findApplication(clientId ?? '')
    const asked = { authority, body, clientId: clientId ?? '', application, origin: headers.origin }
    const result = await handle(cloud, { ...asked, credential: presentedCredential(body, basic) })
    if (result.cors && headers.origin)
      reply.header('access-control-allow-origin', headers.origin).header('vary', 'Origin')
    if (result.kind === 'refuse') return refuseJson(reply, cloud, result.refusal)
    const { client_info, ...tokens } = result.tokens
    return body.client_info === '1' ? result.tokens : tokens
  })

  /** A directory of another cloud: a secret is refused by its own number, an assertion by its audience. */
  function refuseAtToken(authority: Authority & { kind: 'unknown' }, body: TokenBody): Refusal {
    if (authority.cloud === undefined) return refuseAuthority(authority)
    return { code: body.client_assertion === undefined ? 900382 : 700023 }
  }

  // A preflight request does not name the client; for `web` the answer itself lacks the header.
  app.options('/:tenant/oauth2/v2.0/token', async (request, reply) => {
    reply
      .header('access-control-allow-origin', request.headers.origin ?? '*')
      .header('access-control-allow-methods', 'POST, OPTIONS')
    reply.header('access-control-allow-headers', request.headers['access-control-request-headers'] ?? 'content-type')
    return reply.header('access-control-max-age', '600').code(204).send()
  })

  app.get<Route>('/:tenant/oauth2/v2.0/token', async (request, reply) =>
    refuseJson(reply, cloudOfRequest(request, everywhere), { code: 900561, values: { method: 'GET' } }),
  )
}

/** At `organizations`: the directory that the person signed in to, or else the application's own. */
function directoryOfGrant(
  { codes, refreshTokens, deviceCodes, directories }: Cloud,
  { code = '', refresh_token = '', device_code = '', client_id = '' }: TokenBody,
) {
  const outcome = deviceCodes.find(device_code)?.outcome
  const grant =
    codes.find(code) ?? refreshTokens.find(refresh_token) ?? (outcome?.kind === 'approved' ? outcome.grant : undefined)
  return directories.find(grant?.directoryId ?? directories.findApplication(client_id)?.homeDirectoryId ?? '')
}
