import type { Cloud } from '../../../cloud.ts'
import { type Application, nameApplication } from '../../../directory/application.ts'
import type { Directory } from '../../../directory/directory.ts'
import { checkCredential } from '../../client-authentication/client-authentication.ts'
import type { Refusal } from '../../errors/aadsts.ts'
import { type AppTokenSubject, appOnlyClaims, tokenLifetime } from '../../issued-tokens/access-token.ts'
import { signToken } from '../../issued-tokens/token-signer.ts'
import { GRAPH, resourceOf } from '../../scopes.ts'
import { refuseByPolicy } from '../../sign-in/refuse-by-policy.ts'
import { type GrantHandler, refuseWith } from './grant.ts'
import type { IssuedTokens } from './user-tokens.ts'

/** Issues an app-only token even without consent; it then has no `roles`. */
export const clientCredentials: GrantHandler = async (
  cloud,
  { authority, body, clientId, application, origin, credential },
) => {
  if (authority.kind === 'common' || authority.kind === 'consumers') return refuseWith({ code: 9001023 })
  // `organizations` means the directory of the registration
  const directory =
    authority.kind === 'directory' ? authority.directory : cloud.directories.find(application?.homeDirectoryId ?? '')
  if (/^[0-]+$/.test(clientId)) return refuseWith({ code: 700038, values: { app: clientId } })
  if (!application || !directory || !mayBeIn(application, directory)) {
    return refuseWith({ code: 700016, values: { app: clientId, tenant: directory?.displayName ?? authority.kind } })
  }
  const missing = refusePrincipal(cloud, application, directory)
  if (missing) return refuseWith(missing)
  if (origin !== undefined) return refuseWith({ code: 9002326, values: { origin } })
  const refusal =
    (await checkCredential(cloud, credential, application, authority)) ?? refuseAppScope(body.scope, directory)
  if (refusal) return refuseWith(refusal)
  const subject = { application, directory, credential: credential.kind, claims: body.claims }
  return { ...issueAppTokens(cloud, subject), cors: false }
}

/** Issues an app-only token to an application that has proved who it is. */
export function issueAppTokens(cloud: Cloud, subject: AppTokenSubject): IssuedTokens {
  const { application, directory, claims } = subject
  const refusal =
    refusePrincipal(cloud, application, directory) ?? refuseByPolicy(directory, { appId: application.appId })
  if (refusal) return { kind: 'refuse', refusal }
  const lifetime = tokenLifetime(claims)
  const tokens = {
    token_type: 'Bearer',
    expires_in: lifetime - 1,
    ext_expires_in: lifetime - 1,
    access_token: signToken(appOnlyClaims(subject, cloud, lifetime), cloud.keys.active),
  }
  return { kind: 'tokens', tokens }
}

function refusePrincipal({ entra }: Cloud, application: Application, directory: Directory): Refusal | undefined {
  const { appId } = application
  const principal = directory.principals.get(appId)
  if (!principal && entra.missingServicePrincipal === 'error-7000229')
    return { code: 7000229, values: { app: appId, tenant: directory.id } }
  return principal?.enabled === false ? { code: 7000112, values: nameApplication(application) } : undefined
}

function refuseAppScope(scope: string | undefined, directory: Directory): Refusal | undefined {
  if (!scope) return { code: 900144, values: { name: 'scope' } }
  const scopes = scope.split(' ').filter(Boolean)
  if (scopes.some((one) => !one.endsWith('/.default'))) return { code: 1002012, values: { scope } }
  const isGraph = scopes.length === 1 && (scope === `${GRAPH}/.default` || scope === `${GRAPH}//.default`)
  return isGraph ? undefined : { code: 500011, values: { resource: resourceOf(scope), tenant: directory.id } }
}

export function mayBeIn({ signInAudience, homeDirectoryId }: Application, { id }: Directory): boolean {
  return signInAudience === 'AzureADMultipleOrgs' || homeDirectoryId === id
}
