import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Cloud } from '../cloud.ts'
import type { Application } from '../directory/application.ts'
import type { Directory } from '../directory/directory.ts'
import type { User } from '../directory/user.ts'
import { explain } from '../entra/errors/aadsts.ts'
import { refuseScope } from '../entra/scopes.ts'
import { issueAppTokens, mayBeIn } from '../entra/token-endpoint/grants/client-credentials.ts'
import { type IssuedTokens, issueUserTokens } from '../entra/token-endpoint/grants/user-tokens.ts'

export const UserTokenRequest = z.strictObject({
  appId: z.guid().toLowerCase(),
  scope: z.string().default('openid profile email offline_access User.Read'),
})
export type UserTokenRequest = z.input<typeof UserTokenRequest>

export type TokenAnswer = {
  token_type: 'Bearer'
  expires_in: number
  access_token: string
  scope?: string
  id_token?: string
  refresh_token?: string
}

/**
 * The answer of the token endpoint to a person who has signed in, proved a second factor and consented.
 * @throws with Entra's text, where it would refuse the person or the scope all the same
 */
export function issueTokensOfUser(
  cloud: Cloud,
  directory: Directory,
  user: User,
  given: UserTokenRequest,
): TokenAnswer {
  const { appId, scope } = UserTokenRequest.parse(given)
  const application = applicationIn(cloud, directory, appId)
  const refusal = refuseScope(scope, { app: appId, tenant: directory.id })
  if (refusal) throw new Error(explain(refusal).text)
  const grant = {
    clientId: application.appId,
    directoryId: directory.id,
    userId: user.id,
    homeDirectoryId: user.home?.directoryId ?? directory.id,
    scopes: scope.split(' ').filter(Boolean),
    platform: 'web' as const,
    sid: randomUUID(),
    authTime: cloud.clock.now(),
    amr: ['pwd', 'mfa'],
  }
  return answerOf(issueUserTokens(cloud, application, grant))
}

/**
 * The answer of the token endpoint to an application that proved its identity by a secret.
 * @throws with Entra's text, where it would refuse the application all the same
 */
export function issueTokensOfApplication(cloud: Cloud, directory: Directory, appId: string): TokenAnswer {
  const application = applicationIn(cloud, directory, appId.toLowerCase())
  return answerOf(issueAppTokens(cloud, { application, directory, credential: 'secret' }))
}

function applicationIn(cloud: Cloud, directory: Directory, appId: string): Application {
  const application = cloud.directories.findApplication(appId)
  if (application && mayBeIn(application, directory)) return application
  throw new Error(explain({ code: 700016, values: { app: appId, tenant: directory.displayName } }).text)
}

function answerOf(issued: IssuedTokens): TokenAnswer {
  if (issued.kind === 'refuse') throw new Error(explain(issued.refusal).text)
  return issued.tokens as TokenAnswer
}
