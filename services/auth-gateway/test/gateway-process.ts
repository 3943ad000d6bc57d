import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { NO_BRANDING } from '@jackfield/contract/tenants/branding'
import { findFreePort } from '@jackfield/local-stores/free-port'
import { send } from './browser.ts'
import { accountOf } from './given.ts'

const MAIN = new URL('../src/main.ts', import.meta.url).pathname
const KEY = randomBytes(32).toString('base64')

/** The gateway as it is run, with one tenant, Contoso, and a registry and a roster that always answer. */
export async function gatewayProcess(settings: { DATABASE_URL: string } & Record<string, string>) {
  const port = await findFreePort()
  const tenantId = randomUUID()
  const origin = `http://contoso.phone.localhost:${port}`
  const host = {
    kind: 'tenant',
    tenant: { id: tenantId, slug: 'contoso', name: 'Contoso' },
    branding: NO_BRANDING,
    origin,
  }
  const app = {
    name: 'App',
    tenantUrl: `http://{tenant}.phone.localhost:${port}/`,
    callbackPaths: ['/callback'],
    postLogoutPaths: [],
  }
  const principal = { id: 'link:1', scope: tenantId, role: 'admin', name: 'Admin' }
  const answers: Record<string, unknown> = {
    [`/internal/hosts/${encodeURIComponent(new URL(origin).host)}`]: {
      ...host,
      accounts: [accountOf(), accountOf({ alias: 'Branch', directoryId: randomUUID() })],
    },
    '/internal/apps': [{ ...app, clientId: 'web-client', requiresBinding: false, kind: 'browser' }],
    [`/internal/tenants/${tenantId}`]: { id: tenantId },
    '/internal/control-sign-in-links/redemptions': principal,
    '/internal/revocations/claims': { items: [] },
  }
  const backend = createServer((request, response) => {
    const answer = answers[request.url ?? '']
    request.resume()
    response
      .writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' })
      .end(JSON.stringify(answer ?? {}))
  })
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve))
  const backendUrl = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`

  let child: ChildProcess
  let output = ''
  const start = (more: Record<string, string> = {}) => {
    const env = {
      PATH: process.env.PATH,
      HOST: '127.0.0.1',
      PORT: String(port),
      BASE_URL: `http://phone.localhost:${port}`,
      INTERNAL_TOKEN_KEYS: KEY,
      KEY_ENCRYPTION_KEYS: KEY,
      TENANT_REGISTRY_URL: backendUrl,
      ROSTER_URL: backendUrl,
      RATE_LIMIT_FACTOR: '0',
      ...settings,
      ...more,
    }
    child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk))
  }
  start()

  const ask = async (url: string, init: Parameters<typeof send>[1] = {}) => {
    const answer = await send(url, init)
    return { ...answer, retryAfter: answer.headers['retry-after'] }
  }
  const control = `http://control.phone.localhost:${port}`
  const formOf = (members: Record<string, string>) => new URLSearchParams(members).toString()
  const authorize = formOf({
    client_id: 'web-client',
    response_type: 'code',
    scope: 'openid',
    redirect_uri: `${origin}/callback`,
    state: 'state',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  })
  const code = {
    grant_type: 'authorization_code',
    client_id: 'web-client',
    redirect_uri: `${origin}/callback`,
    code_verifier: 'v'.repeat(43),
  }
  const cookieOf = (headers: Record<string, unknown>) =>
    [headers['set-cookie']]
      .flat()
      .map((line) => String(line).split(';')[0])
      .join('; ')

  return {
    origin,
    output: () => output,
    exitCode: () => child.exitCode,
    isReady: async () => (await send(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined))?.status,
    isServing: async () => (await send(`http://127.0.0.1:${port}/health/serving`).catch(() => undefined))?.status,
    metrics: async () => (await send(`http://127.0.0.1:${port}/metrics`)).text,
    /** Writes a session of Control; its cookie. */
    async enterControl(cookie = '') {
      const headers = { origin: control, 'content-type': 'application/json', cookie }
      const body = JSON.stringify({ token: 't'.repeat(43) })
      const answer = await ask(`${control}/auth/control/session`, { method: 'POST', headers, body })
      return { ...answer, cookie: cookieOf(answer.headers) }
    },
    readControl: (cookie: string) => ask(`${control}/auth/control/session`, { headers: { cookie } }),
    /** Writes an attempt to sign in; cookies of the browser it is bound to. */
    async beginSignIn(cookie = '') {
      const answer = await ask(`${origin}/auth/authorize?${authorize}`, { headers: { cookie } })
      return { ...answer, cookie: cookieOf(answer.headers) }
    },
    open: (path: string, cookie: string) => ask(new URL(path, origin).href, { headers: { cookie } }),
    redeem: (value: string) =>
      ask(`${origin}/auth/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: formOf({ ...code, code: value }),
      }),
    async restart(more: Record<string, string>) {
      child.kill('SIGTERM')
      await once(child, 'exit')
      start(more)
    },
    async end() {
      if (child.exitCode === null) {
        child.kill('SIGKILL')
        await once(child, 'exit')
      }
      backend.closeAllConnections()
      await new Promise((resolve) => backend.close(resolve))
    },
  }
}
