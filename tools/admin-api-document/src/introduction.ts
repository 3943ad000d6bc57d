/** First page of the reference. */
export const DESCRIPTION = `Tenants, Microsoft 365 accounts, users, extensions, apps and keys of a Jackfield platform.

Send an API key as \`Authorization: Bearer <key>\`. Keys are made in Control or by \`POST /api/v1/api-keys\`; each has a
scope (the platform, or one tenant) and a role.

- **Unknown members and parameters are refused** (400 \`invalid-request\`), and nothing is done.
- **Lists** take \`limit\` and \`cursor\` and answer \`{items, nextCursor}\`; \`nextCursor\` is null on the last page.
- **Changes** take the \`ETag\` of what they change as \`If-Match\` and answer 412 when somebody else was first. Without
  it they change what is current.
- **Refusals** are problem details (RFC 9457) with a stable \`code\`; \`type\` is the address of a page about it.
- **Answers are open objects**: later versions add members, which clients ignore.`

/** What the operations of a tag are about, in the order of the reference. */
export const TAGS: Readonly<Record<string, string>> = {
  Tenants: 'Customers of the phone platform: their hosts, names and branding.',
  'Microsoft accounts':
    'A tenant’s connections to Microsoft 365: registration, credential, connection test, set-up help.',
  Import: 'Users live from Microsoft Graph, imports, and rules by which people are imported without being ticked.',
  'Sync runs': 'Imports, deltas and full comparisons: their progress, plans and approvals.',
  Users: 'The phone users of a tenant, with their two ticks.',
  Sessions: 'Browsers, desk phones and native apps that people are signed in with.',
  'Phone systems': 'Phone systems and their extensions.',
  Bindings: 'Who has which extension; suggestions and rules.',
  Webhooks: 'Addresses of the phone system that are told what changes.',
  Apps: 'The catalogue of frontends: OpenID Connect clients of the gateway.',
  'API keys': 'Keys for programs.',
  'Signing keys': 'Keys that sign tokens and cookies.',
  Administrators: 'People who enter Control with Microsoft.',
  Control: 'Links that open Control.',
  Audit: 'Who did what, and who was let in or refused.',
}
