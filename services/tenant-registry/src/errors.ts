import { TENANT_LIMITS, type TenantLimit } from '@jackfield/contract/http/tenant-limits'
import { defineErrors } from '@jackfield/problem/app-error'

export const refuse = defineErrors({
  'invalid-cursor': { status: 400, message: 'The cursor is not one of this list.' },
  forbidden: { status: 403, message: 'This is not allowed to the caller.' },
  'not-found': { status: 404, message: 'There is nothing at this address.' },
  starting: { status: 503, message: 'The service is not ready yet.' },
  'limit-reached': { status: 409, message: 'The tenant has as many of these as it may have. Remove one first.' },
  'too-many-tests': { status: 429, message: 'That was tested very often just now. Wait a moment and try again.' },
  'version-conflict': { status: 412, message: 'Someone else changed this in the meantime. Load it again.' },

  'tenant-not-found': { status: 404, message: 'There is no such tenant.' },
  'slug-reserved': { status: 400, message: 'The platform uses this slug itself.' },
  'slug-taken': { status: 409, message: 'Another tenant has this slug.' },
  'host-reserved': { status: 400, message: 'A custom host must not lie under a domain of the platform or its apps.' },
  'host-taken': { status: 409, message: 'Another tenant has this host.' },

  'logo-not-found': { status: 404, message: 'The tenant has no logo.' },
  'logo-not-readable': { status: 400, message: 'This is no PNG, WebP or SVG image, or not the one its type names.' },
  'logo-too-large': { status: 400, message: 'The logo has more than 2048 pixels on a side.' },
  'logo-not-plain': {
    status: 400,
    message: 'The SVG image has scripts, a document type or foreign content. Export it as a plain SVG.',
  },

  'shared-host-taken': { status: 409, message: 'The shared host is the platform’s own, or a tenant’s.' },
  'host-not-found': { status: 404, message: 'The tenant has no such custom host.' },

  'app-not-found': { status: 404, message: 'There is no such app.' },
  'app-not-confidential': {
    status: 409,
    message: 'The app authenticates without a secret: its tokenEndpointAuthMethod has none.',
  },
  'app-secret-not-found': { status: 404, message: 'The app has no such secret.' },
  'too-many-secrets': { status: 409, message: 'The app has two secrets. Delete the one that is no longer used first.' },
  'invalid-app-url': { status: 400, message: 'An address of the app is not acceptable.' },

  'account-not-found': { status: 404, message: 'There is no such Microsoft account.' },
  'alias-taken': { status: 409, message: 'Another Microsoft account of this tenant has this alias.' },
  'ids-equal': {
    status: 400,
    message:
      'The client id and the directory id are the same. The registration’s overview shows both, one below the other.',
  },
  'no-redirect-uri': {
    status: 409,
    message: 'There is no redirect URI to come back to: the catalogue has no app yet.',
  },
  'secret-is-an-id': {
    status: 400,
    message:
      'This is the Secret ID. Copy the Value of the secret; Entra ID shows it only right after the secret was created.',
  },
  'secret-already-expired': { status: 400, message: 'The secret has expired already.' },
  'federation-not-set-up': {
    status: 409,
    message: 'This installation has no workload identity: FEDERATED_TOKEN_FILE is not set.',
  },
  'federation-token-unreadable': {
    status: 503,
    message: 'The token of this installation’s workload identity cannot be read.',
  },
  'certificate-unreadable': {
    status: 400,
    message: 'This is no certificate in PEM: it begins with “-----BEGIN CERTIFICATE-----”.',
  },
  'private-key-unreadable': { status: 400, message: 'This is no private key in PEM, or it has a passphrase.' },
  'private-key-mismatch': { status: 400, message: 'The private key belongs to another certificate.' },
  'certificate-not-rsa': { status: 400, message: 'Entra ID takes RSA certificates of 2048 bits or more.' },
  'certificate-already-expired': { status: 400, message: 'The certificate has expired already.' },
  'roster-unavailable': { status: 503, message: 'The roster does not answer, so nothing was erased. Try again.' },
  'credential-unreadable': { status: 502, message: 'The stored credential cannot be read. Enter it again.' },

  'api-key-not-found': { status: 404, message: 'There is no such API key.' },
  'api-key-unknown': { status: 404, message: 'This API key is not valid.' },
  'administrator-not-found': { status: 404, message: 'There is no such administrator.' },
  'administrator-exists': {
    status: 409,
    message: 'This person signs in to Control through this tenant as an administrator already.',
  },
  'directory-not-connected': {
    status: 409,
    message: 'No Microsoft account of this tenant is for this directory: nobody could sign in.',
  },
  'last-administrator': {
    status: 409,
    message:
      'This is the platform’s last administrator, and no API key could let another one in. Add one of either first.',
  },
  'platform-administrators': {
    status: 409,
    message:
      'Administrators of the platform sign in through this tenant. Remove them, or let them sign in through another, first.',
  },
  'hand-over-link-not-found': { status: 404, message: 'There is no such hand-over link.' },
  'hand-over-ended': { status: 403, message: 'This hand-over link has ended. Ask for a new one.' },
  'link-unknown': { status: 404, message: 'This link is not valid, was used, or has expired.' },
  'host-unknown': { status: 404, message: 'No tenant has this host.' },
})

export const limitReached = (name: TenantLimit) =>
  refuse('limit-reached', { members: { limit: { name, most: TENANT_LIMITS[name] } } })
