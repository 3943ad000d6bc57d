import { randomUUID } from 'node:crypto'
import type { Application } from '../directory/application.ts'
import type { Directory } from '../directory/directory.ts'
import type { User } from '../directory/user.ts'
import type { Claims } from './id-token.ts'
import { GRAPH } from './scopes.ts'

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

/** The v1-shaped payload of an app-only Graph token. Without consent there are no `roles`, but there is a token. */
export function appOnlyClaims(application: Application, directory: Directory, now: number, lifetime: number): Claims {
  const principal = directory.principal(application.appId)
  return {
    ...issued(directory, now, lifetime),
    app_displayname: application.displayName,
    appid: application.appId,
    appidacr: '1',
    idp: `https://sts.windows.net/${directory.id}/`,
    idtyp: 'app',
    oid: principal.id,
    sub: principal.id,
    ...(principal.roles.size > 0 && { roles: [...principal.roles] }),
  }
}

export type UserTokenSubject = { application: Application; directory: Directory; user: User; scope: string; subject: string }

export function userClaims({ application, directory, user, scope, subject }: UserTokenSubject, now: number, lifetime: number): Claims {
  const scopes = scope.split(' ').map((one) => (one.startsWith(`${GRAPH}/`) ? one.slice(GRAPH.length + 1) : one))
  return {
    ...issued(directory, now, lifetime),
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
