import { createHash, createHmac, randomUUID } from 'node:crypto'
import type { Cloud } from '../../cloud.ts'
import type { Application } from '../../directory/application.ts'
import type { Account, Directories } from '../../directory/directories.ts'
import type { Directory } from '../../directory/directory.ts'
import { roleTemplateIds } from '../../directory/directory-roles.ts'
import type { User } from '../../directory/user.ts'
import type { Grant } from '../token-endpoint/codes.ts'
import { signTampered, signToken } from './token-signer.ts'

type IdTokenSubject = {
  directory: Directory
  user: User
  application: Application
  grant: Grant
  nonce: string | undefined
}
export type Claims = Record<string, unknown>

/** Signed, and tampered with if a test asked for it. `c_hash` binds the token to `code` (OpenID Connect Core 3.3.2.11). */
export function issueIdToken(cloud: Cloud, subject: IdTokenSubject, code?: string): string {
  const hash = code && createHash('sha256').update(code).digest().subarray(0, 16).toString('base64url')
  const claims = { ...idTokenClaims(subject, cloud, cloud.clock.now()), ...(hash && { c_hash: hash }) }
  const tamper = cloud.tampering.take(subject.application.appId, subject.directory)
  return tamper ? signTampered(claims, cloud.keys, tamper) : signToken(claims, cloud.keys.active)
}

/** Claims of a v2.0 ID token: by scope, by optional claims, and only those that have a value. */
function idTokenClaims(
  { directory, user, application, grant, nonce }: IdTokenSubject,
  { origin, entra: settings }: Pick<Cloud, 'origin' | 'entra'>,
  now: number,
): Claims {
  const seconds = Math.floor(now / 1000)
  const profile = grant.scopes.includes('profile')
  const isGuest = user.userType === 'Guest'
  const asks = (claim: (typeof application.optionalClaims)[number]) => application.optionalClaims.includes(claim)
  const email = emailClaim(user, directory, application, isGuest || grant.scopes.includes('email') || asks('email'))
  const claims: Claims = {
    aud: application.appId,
    ...(settings.amrClaim && { amr: grant.amr }),
    iss: `${origin}/${directory.id}/v2.0`,
    iat: seconds,
    nbf: seconds,
    exp: seconds + 3600,
    acct: asks('acct') ? Number(isGuest) : undefined,
    aio: opaque('aio', grant.sid),
    auth_time: asks('auth_time') ? Math.floor(grant.authTime / 1000) : undefined,
    email,
    family_name: asks('family_name') ? user.surname : undefined,
    given_name: asks('given_name') ? user.givenName : undefined,
    idp: grant.homeDirectoryId === directory.id ? undefined : `https://sts.windows.net/${grant.homeDirectoryId}/`,
    login_hint: asks('login_hint') ? loginHintOf({ directory, user }) : undefined,
    name: profile ? user.displayName : undefined,
    nonce,
    oid: profile ? user.id : undefined,
    preferred_username: profile ? user.userPrincipalName : undefined,
    rh: opaque('rh', `${directory.id}/${application.appId}`),
    sid: settings.sidClaim === 'always' || asks('sid') ? grant.sid : undefined,
    sub: pairwiseSubject(directory.id, application.appId, user.id),
    tid: profile ? directory.id : undefined,
    upn: asks('upn') ? user.userPrincipalName : undefined,
    uti: Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url'),
    ver: '2.0',
    ...membershipClaims({ directory, user, application }),
    xms_edov: asks('xms_edov') && email ? isVerified(email, directory) : undefined,
  }
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined && value !== null))
}

/** Beyond this many groups a JWT names a place to ask instead (overage). */
const MOST_GROUPS = 200

function membershipClaims({
  directory,
  user,
  application,
}: Pick<IdTokenSubject, 'directory' | 'user' | 'application'>) {
  const { groupMembershipClaims: asked } = application
  const groups = ['SecurityGroup', 'All'].includes(asked) ? directory.groups.transitiveGroupsOf(user.id) : []
  const endpoint = `https://graph.windows.net/${directory.id}/users/${user.id}/getMemberObjects`
  const named =
    groups.length > MOST_GROUPS
      ? { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint } } }
      : { groups: groups.length > 0 ? groups.map(({ id }) => id) : undefined }
  return { ...named, wids: ['DirectoryRole', 'All'].includes(asked) ? roleTemplateIds(user) : undefined }
}

/** Without the protection an administrator can put any address here: it identifies nobody. */
function emailClaim(user: User, directory: Directory, application: Application, wanted: boolean): string | undefined {
  if (!wanted || !user.mail) return undefined
  const isProtected = application.signInAudience !== 'AzureADMyOrg' && application.removeUnverifiedEmailClaim
  return isProtected && !isVerified(user.mail, directory) ? undefined : user.mail
}

function isVerified(email: string, directory: Directory): boolean {
  return directory.domains.includes(email.slice(email.lastIndexOf('@') + 1).toLowerCase())
}

/** Pairwise: the same person has another `sub` at each application. */
export function pairwiseSubject(directoryId: string, appId: string, userId: string): string {
  return createHmac('sha256', 'm365-emulator').update(`${directoryId}/${appId}/${userId}`).digest('base64url')
}

/** Opaque to applications; read by the login and logout pages. */
function loginHintOf({ directory, user }: Account): string {
  return `O.${Buffer.from(`${directory.id}/${user.id}`).toString('base64url')}`
}

export function readLoginHint(hint: string, directories: Directories): Account | undefined {
  return hint.startsWith('O.')
    ? directories.account(Buffer.from(hint.slice(2), 'base64url').toString())
    : directories.findAccount(hint)
}

function opaque(kind: string, of: string): string {
  return createHash('sha256').update(`${kind}:${of}`).digest('base64url')
}
