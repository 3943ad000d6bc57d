/** Refusals of what the present state does not allow: 409 and 412. */
export const CONFLICTING = {
  'limit-reached': {
    status: 409,
    title: 'The tenant has as many of these as it may have.',
    help: 'Remove one first. The member `limit` says how many there may be.',
  },
  'slug-taken': { status: 409, title: 'Another tenant has this slug.', help: 'Choose another.' },
  'host-taken': { status: 409, title: 'Another tenant has this host.', help: 'Remove it there first.' },
  'shared-host-taken': {
    status: 409,
    title: 'The shared host is the platform’s own, or a tenant’s.',
    help: 'Give the app a host of its own.',
  },
  'app-not-confidential': {
    status: 409,
    title: 'The app authenticates without a secret.',
    help: 'Its `tokenEndpointAuthMethod` has none.',
  },
  'too-many-secrets': {
    status: 409,
    title: 'The app has two secrets.',
    help: 'Delete the one that is no longer used first.',
  },
  'alias-taken': {
    status: 409,
    title: 'Another Microsoft account of this tenant has this alias.',
    help: 'Choose another.',
  },
  'no-redirect-uri': {
    status: 409,
    title: 'There is no redirect URI to come back to.',
    help: 'The catalogue has no app yet: put one first.',
  },
  'federation-not-set-up': {
    status: 409,
    title: 'This installation has no workload identity.',
    help: 'The operator sets FEDERATED_TOKEN_FILE.',
  },
  'administrator-exists': {
    status: 409,
    title: 'This person signs in to Control through this tenant as an administrator already.',
    help: 'Change the role of the one there is.',
  },
  'directory-not-connected': {
    status: 409,
    title: 'No Microsoft account of this tenant is for this directory.',
    help: 'Nobody could sign in. Connect the directory first.',
  },
  'last-administrator': {
    status: 409,
    title: 'This is the platform’s last administrator, and no API key could let another one in.',
    help: 'Add one of either first.',
  },
  'platform-administrators': {
    status: 409,
    title: 'Administrators of the platform sign in through this tenant.',
    help: 'Remove them, or let them sign in through another, first.',
  },
  'account-not-enabled': {
    status: 409,
    title: 'The Microsoft account is not enabled.',
    help: 'Test its connection first.',
  },
  'run-not-waiting': {
    status: 409,
    title: 'The sync run does not wait for an approval.',
    help: 'Somebody answered it, or it never waited.',
  },
  'run-over': { status: 409, title: 'The sync run is over.', help: 'Ask for a new one.' },
  'user-not-active': {
    status: 409,
    title: 'The user is disabled or deleted.',
    help: 'The account in Microsoft 365 decides; enable it there.',
  },
  'extension-taken': { status: 409, title: 'The extension is taken.', help: 'The member `holder` names who has it.' },
  'microsoft-refused': {
    status: 409,
    title: 'Microsoft refuses the account.',
    help: 'Test the account’s connection: it says why.',
  },
  'consent-missing': {
    status: 409,
    title: 'The application may not read users.',
    help: 'An administrator of the directory consents to User.Read.All.',
  },
  'import-rules-unreadable': {
    status: 409,
    title: 'Microsoft does not tell whom an import rule means.',
    help: 'Grant the permission that the rule needs, or take the rule out.',
  },
  'version-conflict': {
    status: 412,
    title: 'Someone else changed this in the meantime.',
    help: 'Read it again and send the new `ETag` as `If-Match`.',
  },
} as const
