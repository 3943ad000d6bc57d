/** Refusals of what is asked or sent: 400, 401, 403, 413 to 415. */
export const INVALID = {
  'invalid-request': { status: 400, title: 'The request is not valid.', help: 'Its `errors` say what is wrong where.' },
  'invalid-path': {
    status: 400,
    title: 'The path is not valid.',
    help: 'It has empty or dot segments, or encodes them.',
  },
  'invalid-cursor': {
    status: 400,
    title: 'The cursor is not one of this list.',
    help: 'Begin again without a cursor, with the same filters on every page.',
  },
  'slug-reserved': { status: 400, title: 'The platform uses this slug itself.', help: 'Choose another.' },
  'host-reserved': {
    status: 400,
    title: 'A custom host must not lie under a domain of the platform or its apps.',
    help: 'A tenant has its host there already.',
  },
  'logo-not-readable': {
    status: 400,
    title: 'This is no PNG, WebP or SVG image, or not the one its type names.',
    help: 'Send the image with its own content type.',
  },
  'logo-too-large': { status: 400, title: 'The logo has more than 2048 pixels on a side.', help: 'Make it smaller.' },
  'logo-not-plain': {
    status: 400,
    title: 'The SVG image has scripts, a document type or foreign content.',
    help: 'Export it as a plain SVG.',
  },
  'invalid-app-url': {
    status: 400,
    title: 'An address of the app is not acceptable.',
    help: 'The `errors` name the address. It must be https, or http on this machine.',
  },
  'ids-equal': {
    status: 400,
    title: 'The client id and the directory id are the same.',
    help: 'The registration’s overview shows both, one below the other.',
  },
  'secret-is-an-id': {
    status: 400,
    title: 'This is the Secret ID.',
    help: 'Copy the Value of the secret; Entra ID shows it only right after the secret was created.',
  },
  'secret-already-expired': {
    status: 400,
    title: 'The secret has expired already.',
    help: 'Create a new one in Entra ID.',
  },
  'certificate-unreadable': {
    status: 400,
    title: 'This is no certificate in PEM.',
    help: 'It begins with “-----BEGIN CERTIFICATE-----”.',
  },
  'private-key-unreadable': {
    status: 400,
    title: 'This is no private key in PEM, or it has a passphrase.',
    help: 'Export the key without a passphrase.',
  },
  'private-key-mismatch': {
    status: 400,
    title: 'The private key belongs to another certificate.',
    help: 'Send the key with which the certificate was made.',
  },
  'certificate-not-rsa': {
    status: 400,
    title: 'Entra ID takes RSA certificates of 2048 bits or more.',
    help: 'Make one, or let Control make it.',
  },
  'certificate-already-expired': {
    status: 400,
    title: 'The certificate has expired already.',
    help: 'Make a new one and upload it to the registration.',
  },
  'sso-needs-sync': {
    status: 400,
    title: 'SSO cannot be enabled for a user that is not synced.',
    help: 'Enable both.',
  },
  'webhook-address-refused': {
    status: 400,
    title: 'The address must be https on the public internet, without user name and fragment.',
    help: 'Events are sent to addresses that everybody can reach.',
  },
  unauthenticated: {
    status: 401,
    title: 'Credentials are needed.',
    help: 'Send an API key as `Authorization: Bearer`, or sign in to Control.',
  },
  forbidden: {
    status: 403,
    title: 'This is not allowed to the caller.',
    help: 'The member `required` says which role or scope the operation needs.',
  },
  'cross-site-request': {
    status: 403,
    title: 'The request comes from another site.',
    help: 'Programs send an API key; the cookie works in Control’s own pages.',
  },
  'hand-over-ended': { status: 403, title: 'This hand-over link has ended.', help: 'Ask for a new one.' },
  'body-too-large': { status: 413, title: 'The body is too large.', help: 'Send it in parts.' },
  'uri-too-long': { status: 414, title: 'The address is too long.', help: 'Send fewer parameters.' },
  'unsupported-media-type': {
    status: 415,
    title: 'The operation does not take this content type.',
    help: 'Send `application/json`.',
  },
} as const
