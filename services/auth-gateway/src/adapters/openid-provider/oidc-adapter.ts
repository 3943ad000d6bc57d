import type { CatalogueApp } from '@jackfield/contract/internal/internal-api'
import { type Adapter, type AdapterPayload, errors, type JWKS } from 'oidc-provider'
import { type AppRegistration, registerApp } from '../../domain/app-registration.ts'
import { DEVICE_CODE, DPOP_PROOF, SESSION_ABSOLUTE } from '../../domain/lifetimes.ts'
import type { NewRecord, Records, Registry } from '../../ports.ts'
import type { AccessTokenReader } from './access-tokens.ts'
import { BY_SECRET, toClientSecret } from './client-secrets.ts'
import type { LostAnswers } from './lost-answers.ts'
import { removeAttempt } from './oidc-attempts.ts'
import { availableRecords, orUnavailable } from './outages.ts'
import { withLostAnswers, withRefreshGrace } from './refresh-grace.ts'
import {
  DEVICE_GRANT,
  type ListingParts,
  type NoteLogin,
  notingLogins,
  withApprovedDevices,
  withListedUses,
} from './session-listing.ts'

const USER_CODE = 'UserCode'
/** Kinds that are exchanged for tokens: consumed in the same step as these are saved. */
const EXCHANGED = new Set(['AuthorizationCode', 'RefreshToken', 'DeviceCode'])

type Parts = ListingParts & {
  baseUrl: string
  registry: Registry
  records: Records
  lostAnswers: LostAnswers
  readAccessToken: AccessTokenReader
}

/**
 * Storage of oidc-provider: clients come from the catalogue, access tokens are self-contained, other models are stored.
 */
export function oidcAdapter(parts: Parts): (name: string) => Adapter {
  const records = availableRecords(parts.records, parts.lostAnswers.noteOutage)
  const noteLogin = notingLogins(parts)
  return (name) => {
    const adapter = recordAdapter(records, name)
    if (name === 'Client') return { ...adapter, find: clientFinder(parts) }
    if (name === 'Session') return withLoginNotes(adapter, noteLogin)
    if (name === 'AuthorizationCode') return withLostAnswers(adapter, records, parts.lostAnswers)
    if (name === 'DeviceCode')
      return withLostAnswers(withApprovedDevices(withUserCodes(adapter, records), parts), records, parts.lostAnswers)
    if (name === 'RefreshToken')
      return withListedUses(withRefreshGrace(adapter, records, parts.lostAnswers, parts.clock), parts)
    if (name === 'ReplayDetection') return onceOnly(adapter, records)
    if (name === 'AccessToken') return { ...adapter, find: (token) => parts.readAccessToken(token) }
    return adapter
  }
}

function recordAdapter(records: Records, kind: string): Adapter {
  const toPayload = (found: Awaited<ReturnType<Records['find']>>): AdapterPayload | undefined =>
    found && { ...found.payload, ...(found.consumedAt === undefined ? {} : { consumed: found.consumedAt }) }
  return {
    async upsert(id, payload, ttl) {
      await records.save({
        kind,
        id,
        payload: withoutSessionCookie(payload),
        ttl: ttl ?? SESSION_ABSOLUTE,
        ...indexOf(kind, payload),
        ...(kind === 'Session' && payload.uid ? { uid: payload.uid } : {}),
        ...relatedTo(kind, payload),
      })
    },
    find: async (id) => toPayload(await records.find(kind, id)),
    findByUid: async (uid) => toPayload(await records.findByUid(kind, uid)),
    findByUserCode: async () => undefined,
    destroy: (id) => (kind === 'Interaction' ? removeAttempt(records, id) : records.remove(kind, id)),
    revokeByGrantId: (grantId) => records.removeByGrant(grantId),
    async consume(id) {
      if (EXCHANGED.has(kind)) await records.consumeAtEnd(kind, id)
      else if (!(await records.consume(kind, id))) throw new errors.InvalidGrant('already used')
    },
  }
}

/**
 * Accepts a proof once (RFC 9449 11.1). oidc-provider looks its id up and then saves it, so the second of two
 * concurrent requests is refused here. Its time may lie ahead as well as behind, so the id is stored for twice the
 * tolerance.
 */
function onceOnly(adapter: Adapter, records: Records): Adapter {
  return {
    ...adapter,
    async upsert(id, payload) {
      await adapter.upsert(id, payload, 2 * DPOP_PROOF)
      if (!(await records.consume('ReplayDetection', id)))
        throw new errors.InvalidDpopProof('DPoP proof JWT Replay detected')
    },
  }
}

function withLoginNotes(adapter: Adapter, noteLogin: NoteLogin): Adapter {
  return {
    ...adapter,
    async upsert(id, payload, ttl) {
      await orUnavailable(noteLogin(payload))
      await adapter.upsert(id, payload, ttl)
    },
  }
}

/** Finds a device code by the user code, too. */
function withUserCodes(adapter: Adapter, records: Records): Adapter {
  return {
    ...adapter,
    async upsert(id, payload, ttl) {
      await adapter.upsert(id, payload, ttl)
      if (payload.userCode)
        await records.save({ kind: USER_CODE, id: payload.userCode, payload: { id }, ttl: ttl ?? DEVICE_CODE })
    },
    async findByUserCode(userCode) {
      const found = await records.find(USER_CODE, userCode)
      return typeof found?.payload.id === 'string' ? adapter.find(found.payload.id) : undefined
    },
  }
}

/** A grant is found under its own id, too: revoking it removes it with its tokens, in one step. */
function indexOf(kind: string, { jti, grantId }: AdapterPayload): { grantId?: string } {
  if (kind === 'Grant') return { grantId: jti as string }
  return grantId && kind !== 'Interaction' ? { grantId } : {}
}

/** Maximum number of apps whose grants are read with a session. */
const MOST_RELATED = 16

/** Records that oidc-provider reads next: for a session the grants of its apps, for a code or token its grant and session. */
function relatedTo(
  kind: string,
  { grantId, sessionUid, authorizations = {} }: AdapterPayload,
): Pick<NewRecord, 'related'> {
  if (EXCHANGED.has(kind) && grantId) return { related: { grantIds: [grantId], sessionUid } }
  if (kind !== 'Session') return {}
  const grantIds = Object.values(authorizations).flatMap((each) => each.grantId ?? [])
  return { related: { grantIds: grantIds.slice(-MOST_RELATED) } }
}

/** Drops the session id that an interaction contains: nothing reads it there, and it authenticates. */
function withoutSessionCookie(payload: AdapterPayload): Record<string, unknown> {
  const { session, ...rest } = payload
  if (!session || typeof session !== 'object') return payload
  const { cookie: _, ...kept } = session as Record<string, unknown>
  return { ...rest, session: kept }
}

/** Caches client metadata per catalogue. */
function clientFinder(parts: Parts): Adapter['find'] {
  let known: { apps: readonly CatalogueApp[]; clients: Map<string, AdapterPayload | undefined> } | undefined
  return async (id) => {
    const apps = await orUnavailable(parts.registry.listApps())
    if (known?.apps !== apps)
      known = { apps, clients: new Map(apps.map((app) => [app.clientId, findClient(parts, apps, app.clientId)])) }
    return known.clients.get(id)
  }
}

function findClient({ site, baseUrl }: Parts, apps: readonly CatalogueApp[], id: string): AdapterPayload | undefined {
  const app = apps.find(({ clientId }) => clientId === id)
  if (!app) return undefined
  const registration = registerApp(app, site, apps, baseUrl)
  // A device code names no tenant: devices sign in on a tenant's own hosts only.
  if (app.kind === 'device') return site.kind === 'tenant' ? describeDevice(app) : undefined
  if (registration.redirectUris.length === 0) return undefined
  return { ...describeClient(app, registration), ...(site.kind === 'shared' && { subject_type: 'pairwise' as const }) }
}

/** A public client with PKCE, or a server that authenticates (OpenID Connect Core 9). */
function describeClient(
  app: CatalogueApp,
  { redirectUris, postLogoutRedirectUris, backchannelLogoutUri }: AppRegistration,
): AdapterPayload {
  return {
    client_id: app.clientId,
    client_name: app.name,
    application_type: app.kind === 'native' ? 'native' : 'web',
    token_endpoint_auth_method: app.tokenEndpointAuthMethod,
    ...(BY_SECRET.has(app.tokenEndpointAuthMethod) && { client_secret: toClientSecret(app) }),
    ...(app.jwks && { jwks: app.jwks as JWKS }),
    ...(app.jwksUri && { jwks_uri: app.jwksUri }),
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    redirect_uris: redirectUris,
    post_logout_redirect_uris: postLogoutRedirectUris,
    ...(backchannelLogoutUri
      ? { backchannel_logout_uri: backchannelLogoutUri, backchannel_logout_session_required: true }
      : {}),
    id_token_signed_response_alg: app.idTokenSignedResponseAlg,
  }
}

/** RFC 8628: without redirect URI; the device polls until the person has signed in. */
function describeDevice({ clientId, name, idTokenSignedResponseAlg }: CatalogueApp): AdapterPayload {
  return {
    client_id: clientId,
    client_name: name,
    application_type: 'native',
    token_endpoint_auth_method: 'none',
    grant_types: [DEVICE_GRANT, 'refresh_token'],
    response_types: [],
    redirect_uris: [],
    id_token_signed_response_alg: idTokenSignedResponseAlg,
  }
}
