import { isLoopbackHost } from '@jackfield/configuration/settings'
import { IdTokenSignedResponseAlg, TokenEndpointAuthMethod } from '@jackfield/contract/tenants/app'
import { Language } from '@jackfield/contract/tenants/language'
import { type Configuration, errors, type KoaContextWithOIDC } from 'oidc-provider'
import * as limits from '../../domain/lifetimes.ts'
import { subjectOf } from '../../domain/sign-in/account-id.ts'
import { isLoginRevoked } from '../../domain/sign-in/admission.ts'
import { ACR, CLAIMS_BY_SCOPE, describePerson, describePhoneUser } from '../../domain/sign-in/token-claims.ts'
import type { Records } from '../../ports.ts'
import type { PlatformKeys } from '../platform-keys.ts'
import { accessTokenReader, phoneApi, userinfoUrl } from './access-tokens.ts'
import type { LostAnswers } from './lost-answers.ts'
import { oidcAdapter } from './oidc-adapter.ts'
import { findAdmitted, findPerson, loadFirstPartyGrant, type PolicyParts, signInPolicy } from './oidc-policy.ts'
import type { ProviderPages } from './provider-pages.ts'
import { DEVICE_GRANT, type ListingParts } from './session-listing.ts'

export type ProviderParts = PolicyParts &
  ListingParts & {
    baseUrl: string
    records: Records
    lostAnswers: LostAnswers
    keys: PlatformKeys
    bindToBrowser: BindToBrowser
    pages: ProviderPages
  }
/** Binds an interaction to the browser that began it. */
export type BindToBrowser = (ctx: KoaContextWithOIDC, interaction: string) => Promise<void>

export const INTERACTION_PATH = '/auth/interaction'
const SCOPES = ['openid', 'offline_access', ...Object.keys(CLAIMS_BY_SCOPE).filter((scope) => scope !== 'openid')]
type Outgoing = RequestInit & { dispatcher?: unknown }
const OFF = { enabled: false } as const

/** Policy of the OpenID Provider of one host: which clients and grants, for whom, for how long. */
export function oidcConfiguration(parts: ProviderParts): Configuration {
  const { site, pages } = parts
  const { origin } = site
  return {
    adapter: oidcAdapter({ ...parts, readAccessToken: accessTokenReader(site, parts.keys.tokenKeys) }),
    jwks: { keys: parts.keys.tokenSigners },
    cookies: {
      keys: parts.keys.cookieSigner,
      names: {
        session: '__Host-jackfield-session',
        interaction: '__Secure-jackfield-interaction',
        resume: '__Secure-jackfield-resume',
      },
      long: { httpOnly: true, sameSite: 'lax', path: '/' },
      short: { httpOnly: true, sameSite: 'lax' },
    },
    routes: {
      authorization: '/authorize',
      pushed_authorization_request: '/par',
      token: '/token',
      introspection: '/introspect',
      revocation: '/revoke',
      userinfo: '/userinfo',
      jwks: '/jwks',
      device_authorization: '/device_authorization',
      code_verification: '/device',
      end_session: '/logout',
    },
    responseTypes: ['code'],
    scopes: SCOPES,
    acrValues: [ACR],
    claims: { ...CLAIMS_BY_SCOPE, iss: null, sid: null },
    clientAuthMethods: [...TokenEndpointAuthMethod.options],
    enabledJWA: {
      idTokenSigningAlgValues: [...IdTokenSignedResponseAlg.options],
      userinfoSigningAlgValues: ['ES256'],
      dPoPSigningAlgValues: ['ES256', 'Ed25519', 'EdDSA'],
    },
    // Demanded of public apps, used by all that send a challenge (RFC 9700 2.1.1).
    pkce: { required: (_ctx, client) => client.clientAuthMethod === 'none' },
    ...(site.kind === 'tenant'
      ? { subjectTypes: ['public'] }
      : { subjectTypes: ['pairwise'], pairwiseIdentifier: (_ctx, accountId) => subjectOf(site, accountId) }),
    // Hints for Microsoft; on a shared host the slug of the tenant.
    extraParams: ['domain_hint', 'tenant'],
    discovery: { ui_locales_supported: Language.options },
    // Claims are in the ID token, so that apps need no second request.
    conformIdTokenClaims: false,
    allowOmittingSingleRegisteredRedirectUri: false,
    clientBasedCORS: (_ctx, asking, client) =>
      client.applicationType === 'web' && (client.redirectUris?.some((uri) => new URL(uri).origin === asking) ?? false),
    features: {
      devInteractions: OFF,
      externalSigningSupport: { enabled: true, ack: 'experimental-01' },
      // Optional for clients (RFC 9449). Without nonces: a proof is valid for five minutes, once.
      dPoP: { enabled: true },
      pushedAuthorizationRequests: { enabled: true },
      introspection: { enabled: true, allowedPolicy: isOwnToken },
      revocation: { enabled: true, allowedPolicy: isOwnToken },
      deviceFlow: {
        enabled: site.kind === 'tenant',
        charset: 'base-20',
        mask: '****-****',
        userCodeInputSource: pages.device.input,
        userCodeConfirmSource: pages.device.confirm as never,
        successSource: pages.device.success,
      },
      registration: OFF,
      claimsParameter: OFF,
      requestObjects: OFF,
      userinfo: { enabled: true },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: { enabled: true, logoutSource: pages.signOut, postLogoutSuccessSource: pages.signedOut },
      resourceIndicators: {
        enabled: true,
        defaultResource: (_ctx, _client, oneOf) => oneOf?.[0] ?? phoneApi(origin),
        // Also for token requests without `resource`: the second audience makes the token valid at userinfo.
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx, resource) => {
          if (resource !== phoneApi(origin)) throw new errors.InvalidTarget()
          return {
            scope: SCOPES.join(' '),
            audience: resource,
            accessTokenTTL: limits.ACCESS_TOKEN,
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: 'ES256' } },
          }
        },
      },
    },
    // The library refuses special-use addresses by its dispatcher (T-100); on a laptop apps publish theirs on loopback.
    fetch: (url, { dispatcher, ...options }: Outgoing = {}) =>
      fetch(
        url,
        isLoopbackHost(new URL(parts.baseUrl).hostname) ? options : ({ ...options, dispatcher } as RequestInit),
      ),
    fetchResponseBodyLimits: { jwks_uri: 65_536 },
    formats: {
      customizers: {
        jwt: async (_ctx, token, { payload }) => {
          if (token.kind !== 'AccessToken' || !('accountId' in token)) return
          const found = await findPerson(parts, String(token.accountId))
          if (!found?.person) throw new errors.InvalidGrant('the person or the tenant is gone')
          Object.assign(payload, {
            aud: [phoneApi(origin), userinfoUrl(origin)],
            grant: token.grantId,
            ...describePhoneUser(found.person, found.tenant),
          })
        },
      },
    },
    ttl: {
      AccessToken: limits.ACCESS_TOKEN,
      AuthorizationCode: limits.CODE,
      IdToken: limits.ID_TOKEN,
      Interaction: limits.INTERACTION,
      Session: (_ctx, session) => limits.sessionTtl(session.loginTs, parts.clock()),
      DeviceCode: limits.DEVICE_CODE,
      Grant: (ctx) => loginOf(ctx?.oidc.client),
      RefreshToken: (ctx, _token, client) => ctx?.oidc.entities.RotatedRefreshToken?.remainingTTL ?? loginOf(client),
    },
    // Refresh tokens rotate and end with the session, so that signing out ends all of them (T-51). A device has no
    // session.
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    expiresWithSession: (_ctx, token) => token.kind !== 'DeviceCode',
    rotateRefreshToken: true,
    interactions: {
      policy: signInPolicy(parts),
      url: async (ctx, { uid }) => {
        await parts.bindToBrowser(ctx, uid)
        return `${INTERACTION_PATH}/${uid}`
      },
    },
    loadExistingGrant: (ctx) => loadFirstPartyGrant(ctx, phoneApi(origin)),
    findAccount: async (_ctx, accountId, token) => {
      const clientId = token && 'clientId' in token ? String(token.clientId) : undefined
      if (clientId === undefined) return { accountId, claims: () => ({ sub: accountId }) } // the policy decides
      const { tenant, person, admission } = await findAdmitted(parts, accountId, clientId)
      if (!tenant || !person || admission.kind !== 'admitted' || isLoginRevoked(person, loginTimeOf(token)))
        return undefined
      return { accountId, claims: (use, scope) => describePerson(person, tenant, use, scope) }
    },
    renderError: pages.error,
  }
}

/** An app may introspect and revoke its own tokens only. */
function isOwnToken(_ctx: KoaContextWithOIDC, client: { clientId: string }, token: { clientId?: string }): boolean {
  return token.clientId === client.clientId
}

function loginOf(client: { grantTypeAllowed(type: string): boolean } | undefined): number {
  return client?.grantTypeAllowed(DEVICE_GRANT) ? limits.DEVICE_LOGIN : limits.SESSION_ABSOLUTE
}

/** Time of the login; for an access token at least the time of issue. */
function loginTimeOf(token: unknown): number | undefined {
  const { authTime, iat } = token as { authTime?: number; iat?: number }
  return authTime ?? iat
}
