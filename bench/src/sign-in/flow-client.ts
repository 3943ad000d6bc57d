import { createHash, randomBytes } from 'node:crypto'
import { Agent, type IncomingHttpHeaders, request } from 'node:http'

type Answer = { status: number; headers: IncomingHttpHeaders; body: string }

/** The part of a browser that a sign-in needs: cookies by host, kept connections, `*.localhost` on 127.0.0.1. */
export class FlowClient {
  readonly #cookies = new Map<string, Map<string, string>>()
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 32 })
  readonly #ports: Readonly<Record<string, number>>

  /** @param ports ports to connect to by host, for example to bypass the ingress */
  constructor(ports: Readonly<Record<string, number>> = {}) {
    this.#ports = ports
  }

  async send(url: URL, form?: Record<string, string>): Promise<Answer> {
    const jar = this.#cookies.get(url.host) ?? new Map<string, string>()
    this.#cookies.set(url.host, jar)
    const body = form && new URLSearchParams(form).toString()
    const answer = await exchange(
      this.#agent,
      url,
      this.#ports[url.host] ?? Number(url.port),
      this.cookieFor(url),
      body,
    )
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '' || /expires=Thu, 01 Jan 1970/i.test(line)) jar.delete(name)
      else jar.set(name, value)
    }
    return answer
  }

  /** Follows redirects until the address starts with `until`, or a page is shown. */
  async follow(
    start: URL,
    until: string,
    form?: Record<string, string>,
  ): Promise<{ url: URL; page: string | undefined }> {
    let url = start
    let answer = await this.send(url, form)
    for (let hops = 0; hops < 20; hops++) {
      const { location } = answer.headers
      if (location === undefined) return { url, page: answer.body }
      url = new URL(location, url)
      if (url.href.startsWith(until)) return { url, page: undefined }
      answer = await this.send(url)
    }
    throw new Error(`Too many redirects from ${start.origin}`)
  }

  cookieFor({ host }: URL): string {
    return [...(this.#cookies.get(host) ?? [])].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  close(): void {
    this.#agent.destroy()
  }
}

function exchange(agent: Agent, url: URL, port: number, cookie: string, body: string | undefined): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const headers = {
    host: url.host,
    ...(cookie && { cookie }),
    ...(body !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
  }
  const method = body === undefined ? 'GET' : 'POST'
  const sent = request(
    { host: '127.0.0.1', port, path: url.pathname + url.search, method, headers, agent },
    (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }))
    },
  )
  sent.on('error', reject)
  sent.end(body)
  return promise
}

export type Target = { authorize: URL; token: URL; clientId: string; redirectUri: string; resource?: string }

/** One sign-in with an existing session: authorize, code, tokens. Returns the refresh token. */
export async function signInOnce(
  client: FlowClient,
  { authorize, token, clientId, redirectUri }: Target,
): Promise<string> {
  const verifier = randomBytes(32).toString('base64url')
  const url = authorizeUrl({ authorize, token, clientId, redirectUri }, verifier)
  const { headers, body } = await client.send(url)
  const code = headers.location && new URL(headers.location, url).searchParams.get('code')
  if (!code) throw new Error(`No code: ${headers.location ?? body.slice(0, 300)}`)
  const form = {
    grant_type: 'authorization_code',
    client_id: clientId,
    redirect_uri: redirectUri,
    code,
    code_verifier: verifier,
  }
  return refreshTokenOf(await client.send(token, form))
}

/** One refresh. Returns the new refresh token. */
export async function refreshOnce(
  client: FlowClient,
  { token, clientId }: Target,
  refreshToken: string,
): Promise<string> {
  return refreshTokenOf(
    await client.send(token, { grant_type: 'refresh_token', client_id: clientId, refresh_token: refreshToken }),
  )
}

function refreshTokenOf({ status, body }: Answer): string {
  if (status !== 200) throw new Error(`No tokens: ${status} ${body.slice(0, 300)}`)
  return String((JSON.parse(body) as { refresh_token?: string }).refresh_token)
}

export function authorizeUrl({ authorize, clientId, redirectUri }: Target, verifier: string): URL {
  const url = new URL(authorize)
  const members = {
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid profile email offline_access',
    state: randomBytes(8).toString('base64url'),
    nonce: randomBytes(8).toString('base64url'),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }
  for (const [name, value] of Object.entries(members)) url.searchParams.set(name, value)
  return url
}

/** Keeps one sign-in per client in flight for `milliseconds` and returns the number completed. */
export function signInFor(milliseconds: number, clients: readonly FlowClient[], target: Target): Promise<number> {
  return repeatFor(milliseconds, clients, (client) => signInOnce(client, target))
}

/** Keeps one refresh per client in flight, each with the previous one's token, and returns the number completed. */
export function refreshFor(milliseconds: number, tokens: Map<FlowClient, string>, target: Target): Promise<number> {
  return repeatFor(milliseconds, [...tokens.keys()], async (client) => {
    tokens.set(client, await refreshOnce(client, target, tokens.get(client) ?? ''))
  })
}

async function repeatFor(
  milliseconds: number,
  clients: readonly FlowClient[],
  work: (client: FlowClient) => Promise<unknown>,
): Promise<number> {
  const end = performance.now() + milliseconds
  const counts = await Promise.all(
    clients.map(async (client) => {
      let done = 0
      for (; performance.now() < end; done++) await work(client)
      return done
    }),
  )
  return counts.reduce((total, count) => total + count, 0)
}
