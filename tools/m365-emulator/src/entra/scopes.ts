import type { Refusal } from './errors/aadsts.ts'

export const GRAPH = 'https://graph.microsoft.com'

const OPENID_SCOPES = new Set(['openid', 'profile', 'email', 'offline_access'])
const DELEGATED_SCOPES = new Set(['User.Read', 'User.ReadBasic.All', 'User.Read.All', 'Calendars.Read', '.default'])

/** Graph is the only resource; a scope without a resource belongs to Graph. */
function isKnown(scope: string): boolean {
  if (OPENID_SCOPES.has(scope)) return true
  return DELEGATED_SCOPES.has(scope.startsWith(`${GRAPH}/`) ? scope.slice(GRAPH.length + 1) : scope)
}

export function refuseScope(scope: string): Refusal | undefined {
  const unknown = scope.split(' ').find((one) => one !== '' && !isKnown(one))
  return unknown === undefined ? undefined : { code: 70011, values: { scope: unknown } }
}

/** The `scope` of the token answer: OpenID scopes are bare, Graph's are full URIs. */
export function grantedScopes(scopes: readonly string[]): string {
  const graph = scopes
    .filter((scope) => !OPENID_SCOPES.has(scope))
    .map((scope) => (scope.startsWith(GRAPH) ? scope : `${GRAPH}/${scope}`))
  const openid = scopes.filter((scope) => OPENID_SCOPES.has(scope) && scope !== 'offline_access')
  return [...openid, ...(graph.length > 0 ? graph : [`${GRAPH}/User.Read`])].join(' ')
}
