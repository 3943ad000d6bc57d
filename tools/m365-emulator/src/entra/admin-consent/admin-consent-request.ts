import { type Application, findRedirectTarget, nameApplication } from '../../directory/application.ts'
import { type Authority, refuseAuthority } from '../authority.ts'
import type { Parameters } from '../authorize/authorize-request.ts'
import type { Refusal } from '../errors/aadsts.ts'
import { GRAPH, refuseScope } from '../scopes.ts'

export type ConsentVersion = 'v1' | 'v2'
export type AdminConsentRequest = {
  application: Application
  redirectUri: string
  state: string | undefined
  /** Application permissions to be granted. */
  roles: readonly string[]
  /** Delegated permissions to be granted, by their short names. */
  scopes: readonly string[]
}

const DEFAULT_SCOPE = `${GRAPH}/.default`

/**
 * v1 grants every permission of the registration. v2 grants the requested scopes, and application permissions only with
 * `.default`.
 */
export function readAdminConsentRequest(
  version: ConsentVersion,
  parameters: Parameters,
  authority: Authority,
  application: Application | undefined,
): { kind: 'valid'; request: AdminConsentRequest } | { kind: 'refuse'; refusal: Refusal } {
  const refuse = (refusal: Refusal) => ({ kind: 'refuse' as const, refusal })
  if (authority.kind === 'unknown') return refuse(refuseAuthority(authority))
  // the documents name `organizations` for v2 and `common` for v1; the other one is refused
  if (authority.kind === 'consumers' || authority.kind === (version === 'v2' ? 'common' : 'organizations'))
    return refuse({ code: 90002, values: { tenant: authority.kind } })
  if (!parameters.client_id) return refuse({ code: 900144, values: { name: 'client_id' } })
  const isForeign =
    application?.signInAudience === 'AzureADMyOrg' &&
    authority.kind === 'directory' &&
    authority.directory.id !== application.homeDirectoryId
  if (!application || isForeign)
    return refuse({ code: 700016, values: { app: parameters.client_id, tenant: nameOf(authority) } })
  if (application.signInAudience === 'AzureADMyOrg' && authority.kind !== 'directory')
    return refuse({ code: 50194, values: { ...nameApplication(application), authority: authority.kind } })
  const redirectUri = parameters.redirect_uri ?? application.redirectUris.web[0] ?? ''
  if (!isRegistered(application, redirectUri, version))
    return refuse({ code: 50011, values: { app: application.appId, uri: redirectUri } })
  const listed = { roles: application.requiredRoles, scopes: application.requiredScopes }
  const asked = { application, redirectUri, state: parameters.state }
  if (version === 'v1') return { kind: 'valid', request: { ...asked, ...listed } }

  const scopes = (parameters.scope ?? '').split(' ').filter(Boolean)
  if (scopes.length === 0) return refuse({ code: 900144, values: { name: 'scope' } })
  const refusal = refuseScope(scopes.join(' '), { app: application.appId, tenant: nameOf(authority) })
  if (refusal) return refuse(refusal)
  if (scopes.includes(DEFAULT_SCOPE)) return { kind: 'valid', request: { ...asked, ...listed } }
  return {
    kind: 'valid',
    request: { ...asked, roles: [], scopes: scopes.map((scope) => scope.replace(`${GRAPH}/`, '')) },
  }
}

function nameOf(authority: Authority): string {
  return authority.kind === 'directory' ? authority.directory.displayName : authority.kind
}

/** v1 tolerates further path segments after a registered URI. */
function isRegistered(application: Application, uri: string, version: ConsentVersion): boolean {
  if (findRedirectTarget(application, uri)) return true
  const registered = [...application.redirectUris.web, ...application.redirectUris.spa]
  return (
    version === 'v1' &&
    URL.canParse(uri) &&
    new URL(uri).href === uri &&
    registered.some((one) => uri.startsWith(`${one.replace(/\/$/, '')}/`))
  )
}
