import { nameApplication } from '../../directory/application.ts'
import type { Account, Directories } from '../../directory/directories.ts'
import type { Directory } from '../../directory/directory.ts'
import { hasUserConsent } from '../../directory/service-principal.ts'
import type { User } from '../../directory/user.ts'
import type { Authority } from '../authority.ts'
import type { AuthorizeRequest } from '../authorize/authorize-request.ts'
import type { Refusal } from '../errors/aadsts.ts'
import { readLoginHint } from '../issued-tokens/id-token.ts'
import type { SignedIn } from './microsoft-session.ts'

export type SignedInAccount = SignedIn & Account

type Choice<A extends Account = SignedInAccount> =
  | { kind: 'use'; account: A }
  | { kind: 'pick'; accounts: A[] }
  | { kind: 'credentials'; userName: string }
  | { kind: 'refuse'; refusal: Refusal }

type AccountHints = Pick<AuthorizeRequest, 'prompt' | 'loginHint' | 'domainHint'>

/**
 * Decides the first page: one candidate signs in silently, several get the account picker, none gets the password form.
 */
export function chooseAccount<A extends Account>(
  { prompt, loginHint, domainHint }: AccountHints,
  accounts: readonly A[],
  directories: Directories,
): Choice<A> {
  const hint = prompt === 'select_account' || loginHint === undefined ? undefined : nameOf(loginHint, directories)
  if (prompt === 'login') return { kind: 'credentials', userName: hint ?? '' }
  const realm = directories.find(domainHint ?? '')
  const candidates = accounts.filter(({ directory, user }) => {
    if (hint !== undefined && user.userPrincipalName.toLowerCase() !== hint) return false
    return realm === undefined || directory === realm
  })
  const [only] = candidates
  if (prompt === 'none') {
    return only && candidates.length === 1
      ? { kind: 'use', account: only }
      : { kind: 'refuse', refusal: { code: 50058 } }
  }
  if (prompt === 'select_account')
    return accounts.length > 0 ? { kind: 'pick', accounts: [...accounts] } : { kind: 'credentials', userName: '' }
  if (!only) return { kind: 'credentials', userName: hint ?? '' }
  return candidates.length === 1 ? { kind: 'use', account: only } : { kind: 'pick', accounts: candidates }
}

function nameOf(hint: string, directories: Directories): string {
  return (readLoginHint(hint, directories)?.user.userPrincipalName ?? hint).toLowerCase()
}

export type Admission =
  | { kind: 'admit'; directory: Directory; user: User; consented: boolean }
  | { kind: 'refuse'; refusal: Refusal }

/** Finds the account's object at this authority: a member or a guest; AADSTS50020 without one. */
export function admit(
  { directory, user }: Account,
  authority: Authority,
  { application, prompt }: Pick<AuthorizeRequest, 'application' | 'prompt'>,
  origin: string,
): Admission {
  const resource = authority.kind === 'directory' ? authority.directory : directory
  const object =
    resource === directory ? user : resource.users.findGuestOf({ directoryId: directory.id, userId: user.id })
  const isOutside = application.signInAudience === 'AzureADMyOrg' && application.homeDirectoryId !== resource.id
  if (!object || isOutside) {
    const values = {
      user: user.userPrincipalName,
      idp: `${origin}/${directory.id}/`,
      tenant: resource.displayName,
      app: application.appId,
    }
    return { kind: 'refuse', refusal: { code: prompt === 'none' ? 16000 : 50020, values } }
  }
  if (!object.accountEnabled) return { kind: 'refuse', refusal: { code: 50057 } }
  const principal = resource.principals.get(application.appId)
  if (principal && !principal.enabled)
    return { kind: 'refuse', refusal: { code: 7000112, values: nameApplication(application) } }
  if (principal?.assignmentRequired && !principal.assignedUsers.has(object.id)) {
    const values = { app: application.appId, name: application.displayName, user: object.userPrincipalName }
    return { kind: 'refuse', refusal: { code: 50105, values } }
  }
  return { kind: 'admit', directory: resource, user: object, consented: hasUserConsent(principal, object.id) }
}
