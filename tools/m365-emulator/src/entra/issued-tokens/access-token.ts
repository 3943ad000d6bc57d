import { randomInt, randomUUID } from 'node:crypto'
import type { Cloud } from '../../cloud.ts'
import type { Application } from '../../directory/application.ts'
import type { Directory } from '../../directory/directory.ts'
import { effectiveRoles } from '../../directory/service-principal.ts'
import type { User } from '../../directory/user.ts'
import type { PresentedCredential } from '../client-authentication/client-authentication.ts'
import { GRAPH } from '../scopes.ts'
import type { Claims } from './id-token.ts'

const issued = (directory: Directory, now: number, lifetime: number) => ({
  aud: GRAPH,
  iss: `https://sts.windows.net/${directory.id}/`,
  iat: Math.floor(now / 1000),
  nbf: Math.floor(now / 1000),
  exp: Math.floor(now / 1000) + lifetime,
  tid: directory.id,
  uti: Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url'),
  ver: '1.0',
})

/** Clients that answer claims challenges say so by `xms_cc` in the parameter `claims`, and get tokens of a day. */
function hasCp1(claims: string | undefined): boolean {
  return /"xms_cc"\s*:\s*\{\s*"values"\s*:\s*\[[^\]]*"cp1"/i.test(claims ?? '')
}

/** Seconds: an hour to an hour and a half at random, or a day where access is evaluated continuously. */
export function tokenLifetime(claims: string | undefined): number {
  return hasCp1(claims) ? 86_400 : randomInt(3_600, 5_400)
}

export type AppTokenSubject = {
  application: Application
  directory: Directory
  credential: PresentedCredential['kind']
  /** The parameter `claims` of the request. */
  claims?: string | undefined
}

/** The v1 claims of an app-only Graph token. Without consent the token is issued, but has no `roles`. */
export function appOnlyClaims(
  { application, directory, credential, claims }: AppTokenSubject,
  { clock, entra }: Pick<Cloud, 'clock' | 'entra'>,
  lifetime: number,
): Claims {
  const principal = directory.principals.get(application.appId)
  const roles = principal ? effectiveRoles(principal, clock.now() - entra.consentDelayMs) : []
  return {
    ...issued(directory, clock.now(), lifetime),
    app_displayname: application.displayName,
    appid: application.appId,
    appidacr: credential === 'secret' ? '1' : '2',
    idp: `https://sts.windows.net/${directory.id}/`,
    idtyp: 'app',
    ...(principal && { oid: principal.id, sub: principal.id }),
    ...(hasCp1(claims) && { xms_cc: ['cp1'] }),
    ...(roles.length > 0 && { roles }),
  }
}

type UserTokenSubject = {
  application: Application
  directory: Directory
  user: User
  scope: string
  subject: string
  amr: readonly string[]
}

export function userClaims(
  { application, directory, user, scope, subject, amr }: UserTokenSubject,
  now: number,
  lifetime: number,
): Claims {
  const scopes = scope.split(' ').map((one) => (one.startsWith(`${GRAPH}/`) ? one.slice(GRAPH.length + 1) : one))
  return {
    ...issued(directory, now, lifetime),
    acr: '1',
    amr,
    app_displayname: application.displayName,
    appid: application.appId,
    idtyp: 'user',
    name: user.displayName,
    oid: user.id,
    scp: scopes.join(' '),
    sub: subject,
    unique_name: user.userPrincipalName,
    upn: user.userPrincipalName,
  }
}
