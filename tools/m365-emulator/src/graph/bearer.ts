import { verify } from 'node:crypto'
import type { Cloud } from '../cloud.ts'
import type { Directory } from '../directory/directory.ts'
import { tenantOfToken } from '../directory-of-request.ts'
import { GRAPH, GRAPH_APP_ID } from '../entra/scopes.ts'
import { GraphError } from './graph-error.ts'

export type Caller = {
  directory: Directory
  /** As the caller's directory sees it. */
  cloud: Cloud
  kind: 'app' | 'user'
  appId: string
  userId: string
  subject: string
  permissions: ReadonlySet<string>
}

type Claims = {
  aud?: string
  exp?: number
  nbf?: number
  idtyp?: string
  appid?: string
  oid?: string
  sub?: string
  scp?: string
  roles?: string[]
}

const invalidToken = (origin: string, message: string) =>
  new GraphError(401, 'InvalidAuthenticationToken', message, {
    'www-authenticate': challenge(origin),
  })

/** How Graph asks for a token; `more` are further members, such as a claims challenge. */
export const challenge = (origin: string, more = '') =>
  `Bearer realm="", authorization_uri="${origin}/common/oauth2/authorize", client_id="${GRAPH_APP_ID}"${more}`

/** Uses the permissions in the token, not those granted since: a new consent needs a new token. */
export function authenticate(authorization: string | undefined, everywhere: Cloud): Caller {
  const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1]
  if (token === undefined) throw invalidToken(everywhere.origin, 'Access token is empty.')
  const directory = everywhere.directories.find(tenantOfToken(authorization) ?? '')
  const cloud = everywhere.of(directory)
  const claims = verifySignature(token, cloud)
  const now = cloud.clock.now() / 1000
  if (claims.aud !== GRAPH) throw invalidToken(cloud.origin, 'Access token validation failure. Invalid audience.')
  if ((claims.exp ?? 0) <= now || (claims.nbf ?? 0) > now + 300)
    throw invalidToken(cloud.origin, 'Lifetime validation failed, the token is expired.')
  const principal = directory?.principals.get(claims.appid ?? '')
  const isStillUnknown =
    (principal?.grantedAt.values().next().value ?? 0) > cloud.clock.now() - cloud.graph.identityUnknownMilliseconds
  if (!directory || !principal || isStillUnknown)
    throw new GraphError(
      401,
      'Authorization_IdentityNotFound',
      'The identity of the calling application could not be established.',
    )
  if (!principal.enabled)
    throw new GraphError(401, 'Authorization_IdentityDisabled', 'The identity of the calling application is disabled.')
  return {
    directory,
    cloud,
    kind: claims.idtyp === 'app' ? 'app' : 'user',
    appId: principal.appId,
    userId: claims.oid ?? '',
    subject: claims.sub ?? '',
    permissions: new Set(claims.roles ?? claims.scp?.split(' ')),
  }
}

function verifySignature(token: string, cloud: Cloud): Claims {
  const [header, payload, signature, ...rest] = token.split('.')
  if (!header || !payload || !signature || rest.length > 0)
    throw invalidToken(cloud.origin, 'CompactToken parsing failed with error code: 80049217')
  try {
    const { alg, kid } = JSON.parse(Buffer.from(header, 'base64url').toString())
    const key = alg === 'RS256' ? cloud.keys.published.find((published) => published.kid === kid) : undefined
    const signed = Buffer.from(`${header}.${payload}`)
    if (key && verify('sha256', signed, key.publicKey, Buffer.from(signature, 'base64url'))) {
      return JSON.parse(Buffer.from(payload, 'base64url').toString())
    }
  } catch {
    throw invalidToken(cloud.origin, 'CompactToken parsing failed with error code: 80049217')
  }
  throw invalidToken(cloud.origin, 'Access token validation failure. Invalid signature.')
}

const denied = () =>
  new GraphError(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.')

const READ_USERS = ['User.Read.All', 'Directory.Read.All', 'User.ReadWrite.All']
const BASIC_PROPERTIES = ['displayName', 'givenName', 'id', 'mail', 'surname', 'userPrincipalName']

/** Visible properties; `null` means all. Hidden ones (ReadBasic) are returned empty. */
export type Visible = ReadonlySet<string> | null

export function visibleUserProperties({ permissions }: Caller): Visible {
  if (READ_USERS.some((permission) => permissions.has(permission))) return null
  if (permissions.has('User.ReadBasic.All')) return new Set(BASIC_PROPERTIES)
  throw denied()
}

export function requireAny({ permissions }: Caller, ...needed: string[]): void {
  if (!needed.some((permission) => permissions.has(permission))) throw denied()
}
