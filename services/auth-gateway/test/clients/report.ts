import type { Alg, Auth, Cell, Client, Mode } from './client.ts'

const AUTHS: readonly Auth[] = ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt']
const ALGS: readonly Alg[] = ['RS256', 'ES256']
const MODES: readonly Mode[] = ['query', 'form_post']
const WORDS = { none: 'public, PKCE', query: 'redirect', form_post: 'form post', signOut: 'sign-out' } as const

export const CELLS: readonly Cell[] = AUTHS.flatMap((auth) =>
  ALGS.flatMap((alg) => MODES.map((mode) => ({ auth, alg, mode }))),
)

/** Why a client has no such cell. */
export const lackOf = ({ lacks }: Client, { auth, alg, mode }: Cell): string | undefined =>
  lacks[auth] ?? lacks[alg] ?? lacks[mode]

export type Tested = { client: Client; version: string; passed: ReadonlySet<Cell> }

/** `docs/clients.md`. */
export function describeClients(all: readonly Tested[]): string {
  return `# Clients

Libraries of others that sign people in at the gateway, with their defaults. The table is made by
[a test](../services/auth-gateway/test/clients/clients.test.ts): in each cell a person signs in with Microsoft (the emulator), the library
checks the ID token, asks userinfo, refreshes once and signs out. What a library has no way to do is a dash, with the reason below.
${table(all)}
The app says \`idTokenSignedResponseAlg\` and \`tokenEndpointAuthMethod\` in the catalogue; public apps use PKCE, the others do where the library
does so by itself. The cells of Go and Python need their toolchain and fetch the versions of
[go.sum](../services/auth-gateway/test/clients/go/go.sum) and
[requirements.txt](../services/auth-gateway/test/clients/authlib/requirements.txt); without them they are skipped, except under \`CI=true\`.

\`\`\`
npx vitest run test/clients       # in services/auth-gateway
npx vitest run test/clients -u    # writes this page
\`\`\`

## Dashes
${all.flatMap(({ client }) => dashes(client)).join('\n')}

## Recipes
The issuer is \`https://<tenant host>/auth\`; everything else is in discovery. Every app gets refresh tokens; \`offline_access\`
is granted with \`prompt=consent\` only, and the answer names what is granted. On a laptop the issuer is \`http\`, which openid-client 6 and
oauth4webapi need to be told (\`allowInsecureRequests\`), and Authlib (\`AUTHLIB_INSECURE_TRANSPORT\`).
${all.map(({ client: { name, recipe } }) => `\n### ${name}\n${recipe}\n`).join('')}
${TRIED_ONCE}`
}

const TRIED_ONCE = `## Tried once
- Spring Security 6.2.5 (Spring Boot 3.2), 1 December 2026, with \`issuer-uri\` as its only setting of the provider, by redirect, RS256: sign-in,
  userinfo and sign-out as a public app (\`client-authentication-method=none\`, PKCE by itself), with \`client_secret_basic\` and with
  \`client_secret_post\`; refresh with the two secrets. The refresh of its public app names no client and is refused (\`invalid_request\`).
- requests-oauthlib 2.0.0 is no OpenID Connect library: it checks no ID token. It raises an exception when less is granted than asked for, so
  it asks without \`offline_access\`.
`

function table(all: readonly Tested[]): string {
  const columns = ALGS.flatMap((alg) => MODES.map((mode) => ({ alg, mode })))
  const heads = columns.map(({ alg, mode }) => `${alg}, ${WORDS[mode as 'query']}`)
  const rows = all.flatMap((tested) => AUTHS.map((auth) => row(tested, auth)))
  const lines = [['client', 'authentication', ...heads, 'userinfo', 'refresh', 'sign-out'], columns, ...rows]
  const ruled = lines.map((cells) =>
    cells === columns ? '|---|---|---|---|---|---|---|---|---|' : `| ${cells.join(' | ')} |`,
  )
  return `\n${ruled.join('\n')}\n`
}

function row({ client, version, passed }: Tested, auth: Auth): string[] {
  const cells = CELLS.filter((cell) => cell.auth === auth)
  const marks = cells.map((cell) => (lackOf(client, cell) ? '–' : passed.has(cell) ? '✓' : 'failed'))
  const more = (['userinfo', 'refresh', 'signOut'] as const).map((what) =>
    client.lacks[what] || marks.every((mark) => mark === '–') ? '–' : '✓',
  )
  return [
    `${client.name}${version && ` (${version})`}`,
    auth === 'none' ? WORDS.none : `\`${auth}\``,
    ...marks,
    ...more,
  ]
}

const dashes = ({ name, lacks }: Client): string[] =>
  Object.entries(lacks).map(([what, why]) => `- ${name}, ${what in WORDS ? WORDS[what as 'query'] : what}: ${why}`)
