import type { Check } from '@jackfield/contract/microsoft/verification'
import { registrationLink, registrationListLink } from '@jackfield/microsoft-identity/admin-center-links'
import { failed, passed, type Registration, skipped } from './check.ts'
import type { Evidence, Failure } from './connection-evidence.ts'
import { checkNotifications } from './notification-check.ts'
import { checkRedirectUris } from './redirect-uri-check.ts'

type Tested = Registration & {
  redirectPlatform: 'web' | 'spa'
  /** A proposal changes the platform. */
  isPlatformNew?: boolean | undefined
  status: string
}

/** The one application permission that is needed; anything beyond it should be taken away. */
export const NEEDED_ROLE = 'User.Read.All'
/** For import rules that name a group; optional. */
const GROUP_ROLE = 'GroupMember.Read.All'

const CONSENT_REMEDY =
  'In API permissions choose Add a permission > Microsoft Graph > Application permissions > User.Read.All, then let a Privileged Role Administrator or Global Administrator press Grant admin consent.'

/** Turns what was seen into the checks of the connection test, in the order in which an administrator mends things. */
export function judge(evidence: Evidence, account: Tested, now: Date): Check[] {
  return [
    checkDirectory(evidence, account),
    checkCredential(evidence, account),
    checkConsent(evidence, account),
    checkUsers(evidence, account),
    checkPermissions(evidence, account),
    checkRedirectUris(evidence, account),
    checkChanges(evidence),
    checkNotifications(evidence, account, now),
  ]
}

function checkDirectory({ directory, clock }: Evidence, registration: Registration): Check {
  if (directory.kind === 'found' && clock) return checkClock(clock)
  if (directory.kind === 'found') return passed('directory', 'Entra ID knows the directory.')
  if (!directory.isSwapped) return failed('directory', directory.failure, 'Overview', registration)
  const failure: Failure = {
    ...directory.failure,
    message: 'The two ids are swapped: the client id entered here is the id of a directory.',
    remedy: 'Exchange the Application (client) ID and the Directory (tenant) ID of this account.',
  }
  return {
    ...failed('directory', failure, 'Overview', registration),
    link: registrationListLink(registration.adminCenter),
  }
}

function checkCredential({ token }: Evidence, registration: Registration): Check {
  if (!token) return skipped('credential')
  if (missingConsent(token))
    return skipped('credential', 'Entra ID looks at the credential once somebody has consented in the directory.')
  if (token.kind === 'issued' && token.refusal) {
    const message = `${token.refusal.message} The credential before it still works and stands in, so sign-in and import go on.`
    return failed('credential', { ...token.refusal, message }, 'Credentials', registration)
  }
  if (token.kind === 'issued') return passed('credential', 'Entra ID accepts the credential.')
  if (token.kind === 'failed')
    return failed(
      'credential',
      token.failure,
      token.failure.code === 'AADSTS700016' ? 'Overview' : 'Credentials',
      registration,
    )
  const failure: Failure = {
    kind: 'refused',
    message: 'No client secret has been saved for this account yet.',
    remedy: 'Create a client secret in Certificates & secrets and enter its Value here.',
  }
  return failed('credential', failure, 'Credentials', registration)
}

/** Behind, every ID token is refused, as it is not valid yet; ahead, certificates may be refused (FC-09). */
function checkClock({ isBehind, message, remedy }: NonNullable<Evidence['clock']>): Check {
  return { id: 'directory', status: isBehind ? 'failed' : 'warning', code: 'clock', message, remedy }
}

/** A multi-tenant application gets its service principal in a directory by the first consent there. */
export const NO_SERVICE_PRINCIPAL = 'AADSTS7000229'
function missingConsent(token: Evidence['token']): Failure | undefined {
  return token?.kind === 'failed' && token.failure.code === NO_SERVICE_PRINCIPAL ? token.failure : undefined
}

function checkConsent({ token, users }: Evidence, registration: Registration): Check {
  const missing = missingConsent(token)
  if (missing) return failed('consent', missing, 'CallAnAPI', registration)
  if (token?.kind !== 'issued' || !users) return skipped('consent')
  // A token comes without consent too, so Graph has the last word; roles may be unreadable in a token that works.
  if (token.roles.length > 0 || users.kind === 'readable')
    return passed('consent', 'Application permissions have admin consent.')
  if (users.kind === 'failed')
    return skipped('consent', 'Microsoft Graph did not answer, so consent could not be seen.')
  const failure: Failure = {
    kind: 'refused',
    code: users.code,
    correlationId: users.correlationId,
    message:
      'No application permission has admin consent: the permission is missing, is only delegated, or still waits for consent.',
    remedy: CONSENT_REMEDY,
  }
  return failed('consent', failure, 'CallAnAPI', registration)
}

function checkUsers({ token, users }: Evidence, registration: Registration): Check {
  if (token?.kind !== 'issued' || !users) return skipped('users')
  if (users.kind === 'readable') return passed('users', 'Microsoft Graph lists users.')
  if (users.kind === 'failed') return failed('users', users.failure, 'CallAnAPI', registration)
  if (token.roles.length === 0) return skipped('users')
  const failure: Failure = {
    kind: 'refused',
    code: users.code,
    correlationId: users.correlationId,
    message: 'Microsoft Graph does not let this application read users.',
    remedy: CONSENT_REMEDY,
  }
  return failed('users', failure, 'CallAnAPI', registration)
}

/** Never a failure: full comparisons serve where changes are not told (FC-39). */
function checkChanges({ users, changes }: Evidence): Check {
  if (users?.kind !== 'readable' || !changes) return skipped('changes')
  if (changes.kind === 'told') return passed('changes', 'Microsoft Graph tells changes of users.')
  if (changes.kind === 'unseen') return skipped('changes', 'Microsoft Graph did not answer when asked for changes.')
  return {
    id: 'changes',
    status: 'warning',
    code: changes.code,
    message:
      'Microsoft Graph tells no changes of this kind of directory, such as Azure AD B2C. The whole directory is compared each time instead, and change notifications are not followed.',
    remedy: '',
  }
}

function checkPermissions({ token, users }: Evidence, registration: Registration): Check {
  if (token?.kind !== 'issued') return skipped('permissions')
  if (token.roles.length === 0 && users?.kind === 'readable')
    return {
      id: 'permissions',
      status: 'warning',
      message:
        'Microsoft Graph lists users, but the token names no application permission: what else it allows is unseen.',
      remedy: `Check in API permissions that ${NEEDED_ROLE} is the only application permission.`,
      link: registrationLink(registration.adminCenter, registration.clientId, 'CallAnAPI'),
    }
  if (token.roles.length === 0) return skipped('permissions')
  if (!token.roles.includes(NEEDED_ROLE)) {
    const message = `The application permission ${NEEDED_ROLE} has no admin consent; there is consent for ${token.roles.join(', ')}.`
    return failed('permissions', { kind: 'refused', message, remedy: CONSENT_REMEDY }, 'CallAnAPI', registration)
  }
  const surplus = token.roles.filter((role) => role !== NEEDED_ROLE && role !== GROUP_ROLE)
  if (surplus.length === 0) {
    const used = token.roles.includes(GROUP_ROLE)
      ? `${NEEDED_ROLE} and, for import rules by group, ${GROUP_ROLE} have`
      : `${NEEDED_ROLE} has`
    return passed('permissions', `${used} admin consent, and nothing else.`)
  }
  return {
    id: 'permissions',
    status: 'warning',
    message: `The application may do more than it needs: ${surplus.join(', ')}.`,
    remedy: 'Remove these application permissions in API permissions.',
    link: registrationLink(registration.adminCenter, registration.clientId, 'CallAnAPI'),
  }
}
