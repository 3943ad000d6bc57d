import type { Refusal } from './errors/aadsts.ts'

export const GRAPH = 'https://graph.microsoft.com'
export const GRAPH_APP_ID = '00000003-0000-0000-c000-000000000000'

const OPENID_SCOPES = new Set(['openid', 'profile', 'email', 'offline_access'])
const DELEGATED_SCOPES = new Set(['User.Read', 'User.ReadBasic.All', 'User.Read.All', 'Calendars.Read', '.default'])

/** Graph is the only resource; a scope without a resource belongs to Graph. */
function isKnown(scope: string): boolean {
  if (OPENID_SCOPES.has(scope)) return true
  return DELEGATED_SCOPES.has(scope.startsWith(`${GRAPH}/`) ? scope.slice(GRAPH.length + 1) : scope)
}

/** A scope that Graph does not have is the application's fault (650053), one of another resource the directory's. */
export function refuseScope(scope: string, { app, tenant }: { app: string; tenant: string }): Refusal | undefined {
  const unknown = scope.split(' ').find((one) => one !== '' && !isKnown(one))
  if (unknown === undefined) return undefined
  const resource = resourceOf(unknown)
  return resource === GRAPH
    ? { code: 650053, values: { app, scope: unknown.split('/').at(-1) ?? '', resource: GRAPH_APP_ID } }
    : { code: 500011, values: { resource, tenant } }
}

/** `api://orders` of `api://orders/read`; Graph for a scope without a resource. */
export function resourceOf(scope: string): string {
  const slash = scope.lastIndexOf('/')
  return slash < 0 ? GRAPH : scope.slice(0, slash).replace(/\/$/, '')
}

/** The `scope` of the token answer: OpenID scopes are bare, Graph's are full URIs. */
export function grantedScopes(scopes: readonly string[]): string {
  const graph = scopes
    .filter((scope) => !OPENID_SCOPES.has(scope))
    .map((scope) => (scope.startsWith(GRAPH) ? scope : `${GRAPH}/${scope}`))
  const openid = scopes.filter((scope) => OPENID_SCOPES.has(scope) && scope !== 'offline_access')
  return [...openid, ...(graph.length > 0 ? graph : [`${GRAPH}/User.Read`])].join(' ')
}
