import { createHash, randomUUID } from 'node:crypto'
import { CONTOSO_DIRECTORY_ID, JACKFIELD_CLIENT_ID, JACKFIELD_CLIENT_SECRET } from '../src/demo/contoso.ts'
import { demoDirectories } from '../src/demo/demo-directories.ts'
import { type M365Emulator, startEmulator } from '../src/emulator.ts'
import { SignInAgent } from '../src/headless-sign-in.ts'

export const WEB = 'http://app.localhost:4000/callback'
export const SPA = 'http://app.localhost:4000/spa-callback'
const VERIFIER = 'a-verifier-of-at-least-forty-three-characters-in-all'
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url')

export const givenEmulator = () => startEmulator({ directories: demoDirectories({ web: [WEB], spa: [SPA] }) })

type Parameters = Record<string, string | undefined>

const search = (parameters: Parameters) =>
  new URLSearchParams(Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined))

export function authorizeUrl(
  m365: M365Emulator,
  parameters: Parameters = {},
  tenant: string = CONTOSO_DIRECTORY_ID,
): string {
  const defaults = {
    client_id: JACKFIELD_CLIENT_ID,
    response_type: 'code',
    redirect_uri: WEB,
    scope: 'openid profile email offline_access',
    state: 'a-state',
    nonce: 'a-nonce',
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
  }
  return `${m365.origin}/${tenant}/oauth2/v2.0/authorize?${search({ ...defaults, ...parameters })}`
}

/** A new user of a directory, so that tests do not share users. */
export function givenUser(m365: M365Emulator, tenant: string = CONTOSO_DIRECTORY_ID) {
  const directory = m365.directory(tenant)
  const id = randomUUID()
  return directory.addUser({
    id,
    userPrincipalName: `u-${id.slice(0, 8)}@${directory.domains[0]}`,
    displayName: 'Test Person',
  })
}

export async function givenCode(
  m365: M365Emulator,
  parameters: Parameters = {},
  tenant: string = CONTOSO_DIRECTORY_ID,
  userName?: string,
): Promise<string> {
  const page = await new SignInAgent(m365.origin).signIn(
    authorizeUrl(m365, parameters, tenant),
    userName ?? givenUser(m365).userPrincipalName,
  )
  const code = page.location?.searchParams.get('code')
  if (!code) throw new Error(`No code: ${page.location ?? page.text}`)
  return code
}

export type TokenAnswer = { status: number; body: Record<string, unknown>; headers: Headers; code: unknown }

export async function postToken(
  m365: M365Emulator,
  parameters: Parameters,
  headers: Record<string, string> = {},
  tenant: string = CONTOSO_DIRECTORY_ID,
): Promise<TokenAnswer> {
  const response = await fetch(`${m365.origin}/${tenant}/oauth2/v2.0/token`, {
    method: 'POST',
    body: search(parameters),
    headers,
  })
  const body = (await response.json()) as Record<string, unknown>
  return {
    status: response.status,
    body,
    headers: response.headers,
    code: (body.error_codes as number[] | undefined)?.[0],
  }
}

export const redemption = (code: string, parameters: Parameters = {}): Parameters => ({
  grant_type: 'authorization_code',
  client_id: JACKFIELD_CLIENT_ID,
  client_secret: JACKFIELD_CLIENT_SECRET,
  redirect_uri: WEB,
  code_verifier: VERIFIER,
  code,
  ...parameters,
})

export const appOnly = (parameters: Parameters = {}): Parameters => ({
  grant_type: 'client_credentials',
  client_id: JACKFIELD_CLIENT_ID,
  client_secret: JACKFIELD_CLIENT_SECRET,
  scope: 'https://graph.microsoft.com/.default',
  ...parameters,
})

export async function givenAppToken(
  m365: M365Emulator,
  parameters: Parameters = {},
  tenant: string = CONTOSO_DIRECTORY_ID,
): Promise<string> {
  const { body } = await postToken(m365, appOnly(parameters), {}, tenant)
  return String(body.access_token)
}

export type GraphAnswer = {
  status: number
  headers: Headers
  body: {
    value: Array<Record<string, unknown> & { id: string }>
    error: { code: string; message: string; innerError: Record<string, string> }
    [member: `@odata.${string}`]: string
  }
}

export async function getGraph(
  m365: M365Emulator,
  path: string,
  token: string,
  headers: Record<string, string> = {},
): Promise<GraphAnswer> {
  const url = path.startsWith('http') ? path : `${m365.origin}/v1.0${path}`
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}`, ...headers } })
  return { status: response.status, headers: response.headers, body: (await response.json()) as GraphAnswer['body'] }
}
