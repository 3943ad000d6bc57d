import type { Application } from '../../../directory/application.ts'
import type { Directory } from '../../../directory/directory.ts'
import { checkCredential } from '../../client-authentication/client-authentication.ts'
import type { Refusal } from '../../errors/aadsts.ts'
import { appOnlyClaims, tokenLifetime } from '../../issued-tokens/access-token.ts'
import { signToken } from '../../issued-tokens/token-signer.ts'
import { GRAPH, resourceOf } from '../../scopes.ts'
import { refuseByPolicy } from '../../sign-in/refuse-by-policy.ts'
import { type GrantHandler, refuseWith } from './grant.ts'

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
  const principal = directory.principals.get(clientId.toLowerCase())
  if (!principal && cloud.entra.missingServicePrincipal === 'error-7000229')
    return refuseWith({ code: 7000229, values: { app: application.appId, tenant: directory.id } })
  if (principal?.enabled === false) return refuseWith({ code: 7000112, values: { app: application.appId } })
  if (origin !== undefined) return refuseWith({ code: 9002326, values: { origin } })
  const refusal =
    (await checkCredential(cloud, credential, application, authority)) ??
    refuseAppScope(body.scope, directory) ??
    refuseByPolicy(directory, { appId: application.appId })
  if (refusal) return refuseWith(refusal)

  const lifetime = tokenLifetime(body.claims)
  const accessToken = signToken(
    appOnlyClaims({ application, directory, credential: credential.kind, claims: body.claims }, cloud, lifetime),
    cloud.keys.active,
  )
  const tokens = {
    token_type: 'Bearer',
    expires_in: lifetime - 1,
    ext_expires_in: lifetime - 1,
    access_token: accessToken,
  }
  return { kind: 'tokens', tokens, cors: false }
}

function refuseAppScope(scope: string | undefined, directory: Directory): Refusal | undefined {
  if (!scope) return { code: 900144, values: { name: 'scope' } }
  const scopes = scope.split(' ').filter(Boolean)
  if (scopes.some((one) => !one.endsWith('/.default'))) return { code: 1002012, values: { scope } }
  const isGraph = scopes.length === 1 && (scope === `${GRAPH}/.default` || scope === `${GRAPH}//.default`)
  return isGraph ? undefined : { code: 500011, values: { resource: resourceOf(scope), tenant: directory.id } }
}

function mayBeIn({ signInAudience, homeDirectoryId }: Application, { id }: Directory): boolean {
  return signInAudience === 'AzureADMultipleOrgs' || homeDirectoryId === id
}
