import type { FastifyPluginAsync } from 'fastify'
import type { Cloud } from '../cloud.ts'
import { type Authority, directoryOf, PERSONAL_ACCOUNTS, refuseAuthority, resolveAuthority } from './authority.ts'
import { refuseJson } from './errors/refusal.ts'
import type { SigningKey } from './keys/signing-keys.ts'

type Params = { tenant: string }

export const discovery: FastifyPluginAsync<{ cloud: Cloud }> = async (app, { cloud: everywhere }) => {
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('access-control-allow-origin', '*')
    reply.header('cache-control', 'max-age=86400, private')
  })

  app.get<{ Params: Params }>('/:tenant/v2.0/.well-known/openid-configuration', async ({ params }, reply) => {
    const authority = resolveAuthority(params.tenant, everywhere.directories)
    const cloud = everywhere.of(directoryOf(authority))
    if (authority.kind === 'unknown' && authority.cloud !== undefined) return metadataElsewhere(authority)
    if (authority.kind === 'unknown') return refuseUnknown(reply, cloud, authority)
    return metadata(cloud, params.tenant, authority)
  })

  /** Microsoft's libraries ask this about an authority host they do not know. */
  app.get<{ Params: Params }>('/:tenant/discovery/instance', async ({ params }) => {
    const { host } = new URL(everywhere.origin)
    return {
      tenant_discovery_endpoint: `${everywhere.origin}/${params.tenant}/v2.0/.well-known/openid-configuration`,
      'api-version': '1.1',
      metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
    }
  })

  app.get<{ Params: Params }>('/:tenant/discovery/v2.0/keys', async ({ params }, reply) => {
    const authority = resolveAuthority(params.tenant, everywhere.directories)
    const cloud = everywhere.of(directoryOf(authority))
    if (authority.kind === 'unknown') return refuseUnknown(reply, cloud, authority)
    const template = `${cloud.origin}/{tenantid}/v2.0`
    const published = authority.kind === 'directory' ? cloud.keys.published : keysOfAll(cloud)
    const work = published.map((key) => toJwk(key, template))
    const personal = toJwk(cloud.keys.personal, `${cloud.origin}/${PERSONAL_ACCOUNTS}/v2.0`)
    if (authority.kind === 'consumers') return { keys: [personal] }
    return { keys: authority.kind === 'common' ? [...work, personal] : work }
  })
}

/** Somebody who signs in at `organizations` may belong to any directory, one with keys of its own included. */
function keysOfAll(cloud: Cloud): SigningKey[] {
  return [...new Set([cloud, ...cloud.each()].flatMap(({ keys }) => keys.published))]
}

function refuseUnknown(
  reply: Parameters<typeof refuseJson>[0],
  cloud: Cloud,
  authority: Authority & { kind: 'unknown' },
) {
  return refuseJson(reply, cloud, { ...refuseAuthority(authority), error: 'invalid_tenant' })
}

/** Has no `alg`, like Microsoft's keys: the verifier decides the algorithm. */
function toJwk({ kid, publicKey, certificate }: SigningKey, issuer: string) {
  const { n, e } = publicKey.export({ format: 'jwk' })
  return { kty: 'RSA', use: 'sig', kid, x5t: kid, n, e, x5c: [certificate.toString('base64')], issuer }
}

function issuerOf(origin: string, authority: Authority): string {
  if (authority.kind === 'directory') return `${origin}/${authority.directory.id}/v2.0`
  return authority.kind === 'consumers' ? `${origin}/${PERSONAL_ACCOUNTS}/v2.0` : `${origin}/{tenantid}/v2.0`
}

/** Entra ID's document of a directory in another cloud: everything is there, the issuer too. */
function metadataElsewhere({ directory, cloud = '' }: Authority & { kind: 'unknown' }) {
  const [origin, graphHost] = [`https://login.${cloud}`, GRAPH_HOSTS[cloud] ?? 'graph.microsoft.com']
  const elsewhere = { origin, graphOrigin: `https://${graphHost}` }
  return {
    ...metadata(elsewhere, directory?.id ?? '', { kind: 'unknown', asked: '', wellFormed: true }),
    issuer: `${origin}/${directory?.id}/v2.0`,
    ...(cloud === 'microsoftonline.us' && { tenant_region_scope: 'USGov', tenant_region_sub_scope: 'DODCON' }),
    cloud_instance_name: cloud,
    msgraph_host: graphHost,
  }
}
const GRAPH_HOSTS: Readonly<Record<string, string>> = {
  'microsoftonline.us': 'graph.microsoft.us',
  'partner.microsoftonline.cn': 'microsoftgraph.chinacloudapi.cn',
}

function metadata(
  { origin, graphOrigin }: Pick<Cloud, 'origin' | 'graphOrigin'>,
  tenant: string,
  authority: Authority,
) {
  // endpoints carry the directory id, also when the request named a domain
  const base = `${origin}/${authority.kind === 'directory' ? authority.directory.id : tenant.toLowerCase()}`
  return {
    token_endpoint: `${base}/oauth2/v2.0/token`,
    token_endpoint_auth_methods_supported: [
      'client_secret_post',
      'private_key_jwt',
      'client_secret_basic',
      'self_signed_tls_client_auth',
    ],
    jwks_uri: `${base}/discovery/v2.0/keys`,
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    issuer: issuerOf(origin, authority),
    request_uri_parameter_supported: false,
    userinfo_endpoint: `${graphOrigin}/oidc/userinfo`,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    device_authorization_endpoint: `${base}/oauth2/v2.0/devicecode`,
    http_logout_supported: true,
    frontchannel_logout_supported: true,
    end_session_endpoint: `${base}/oauth2/v2.0/logout`,
    claims_supported: CLAIMS,
    kerberos_endpoint: `${base}/kerberos`,
    tenant_region_scope: authority.kind === 'directory' ? 'NA' : null,
    cloud_instance_name: 'microsoftonline.com',
    cloud_graph_host_name: 'graph.windows.net',
    msgraph_host: 'graph.microsoft.com',
    rbac_url: 'https://pas.windows.net',
    // Since July 2026; nobody can connect there by a client certificate here.
    tls_client_certificate_bound_access_tokens: true,
    mtls_endpoint_aliases: { token_endpoint: `${base}/oauth2/v2.0/token` },
  }
}

const CLAIMS = (
  'sub iss cloud_instance_name cloud_instance_host_name cloud_graph_host_name msgraph_host aud exp iat auth_time ' +
  'acr nonce preferred_username name tid ver at_hash c_hash email'
).split(' ')
