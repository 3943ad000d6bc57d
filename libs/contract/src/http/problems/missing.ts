/** Refusals of what does not exist: 404. */
export const MISSING = {
  'not-found': {
    status: 404,
    title: 'There is nothing at this address.',
    help: 'It is misspelled, or lies outside the caller’s scope.',
  },
  'tenant-not-found': { status: 404, title: 'There is no such tenant.', help: 'It was removed, or never existed.' },
  'logo-not-found': { status: 404, title: 'The tenant has no logo.', help: 'Put one first.' },
  'host-not-found': {
    status: 404,
    title: 'The tenant has no such custom host.',
    help: 'Add it to the tenant’s `customHosts` first.',
  },
  'app-not-found': { status: 404, title: 'There is no such app.', help: 'The catalogue is at `/apps`.' },
  'app-secret-not-found': { status: 404, title: 'The app has no such secret.', help: 'It was deleted already.' },
  'account-not-found': {
    status: 404,
    title: 'There is no such Microsoft account.',
    help: 'The tenant’s accounts are at `/microsoft-accounts`.',
  },
  'api-key-not-found': { status: 404, title: 'There is no such API key.', help: 'It was deleted already.' },
  'api-key-unknown': { status: 404, title: 'This API key is not valid.', help: 'It was deleted, or never existed.' },
  'administrator-not-found': {
    status: 404,
    title: 'There is no such administrator.',
    help: 'The person was removed, or never added.',
  },
  'hand-over-link-not-found': {
    status: 404,
    title: 'There is no such hand-over link.',
    help: 'It was withdrawn, or never existed.',
  },
  'link-unknown': {
    status: 404,
    title: 'This link is not valid, was used, or has expired.',
    help: 'Ask for a new one.',
  },
  'host-unknown': { status: 404, title: 'No tenant has this host.', help: 'Add it to a tenant first.' },
  'session-not-found': {
    status: 404,
    title: 'This session has ended already.',
    help: 'The tenant’s sessions are at `/sessions`.',
  },
  'signing-key-not-found': {
    status: 404,
    title: 'There is no such signing key.',
    help: 'It was revoked, or its time is over. The keys are at `/signing-keys`.',
  },
  'run-not-found': { status: 404, title: 'There is no such sync run.', help: 'Runs are kept for 90 days.' },
  'user-not-found': { status: 404, title: 'There is no such user.', help: 'Import the person first.' },
  'phone-system-not-found': {
    status: 404,
    title: 'There is no such phone system.',
    help: 'The tenant’s phone systems are at `/phone-systems`.',
  },
  'extension-not-found': {
    status: 404,
    title: 'The phone system has no such extension.',
    help: 'Add it to the phone system first.',
  },
  'webhook-endpoint-not-found': {
    status: 404,
    title: 'There is no such webhook endpoint.',
    help: 'It was deleted already.',
  },
} as const
