import { type IncomingHttpHeaders, request } from 'node:http'

type Cookie = { name: string; value: string; path: string; host: string; line: string }
export type Answer = { status: number; headers: IncomingHttpHeaders; text: string; url: string }

/** One request; `*.localhost` is this machine whatever the resolver says. */
export function send(
  url: string | URL,
  init: { method?: string; headers?: Record<string, string>; body?: string; port?: number } = {},
): Promise<Answer> {
  const { hostname, port, host, href } = new URL(url)
  const path = href.slice(href.indexOf('/', 8)).split('#')[0] ?? '/'
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const outgoing = request(
    {
      host: hostname.endsWith('localhost') ? '127.0.0.1' : hostname,
      port: init.port ?? port,
      path,
      method: init.method ?? 'GET',
      headers: { host, ...init.headers },
    },
    (incoming) => {
      const parts: Buffer[] = []
      incoming.on('data', (part) => parts.push(part))
      incoming.on('end', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          text: Buffer.concat(parts).toString(),
          url: href,
        }),
      )
      incoming.on('error', reject)
    },
  )
  outgoing.on('error', reject)
  outgoing.end(init.body)
  return promise
}

/** `fetch` for openid-client over `send`. */
export async function fetchLocally(
  url: string,
  init: { method?: string; headers?: unknown; body?: unknown } = {},
): Promise<Response> {
  const headers = Object.fromEntries(new Headers(init.headers as Record<string, string>))
  const body = init.body === undefined || init.body === null ? undefined : String(init.body)
  if (body !== undefined) headers['content-length'] = String(Buffer.byteLength(body))
  const {
    status,
    headers: received,
    text,
  } = await send(url, { method: init.method ?? 'GET', headers, ...(body === undefined ? {} : { body }) })
  const flat = Object.entries(received).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  )
  return new Response(status === 204 ? null : text, { status, headers: flat })
}

/**
 * A browser as far as a sign-in needs one: cookies with their rules, redirects, links, and forms found by their
 * buttons.
 */
export class Browser {
  cookies: Cookie[] = []
  /** Every address asked for, in order. */
  readonly visited: string[] = []
  readonly #portOfHosts: number | undefined

  /** Addresses without a port are asked at `portOfHosts`, such as a proxy's. */
  constructor(options: { portOfHosts?: number } = {}) {
    this.#portOfHosts = options.portOfHosts
  }

  /** Follows redirects until a page, or until an address `stopAt` matches: that one is answered without being asked. */
  async open(
    url: string | URL,
    options: { stopAt?: RegExp; method?: string; body?: string; headers?: Record<string, string> } = {},
  ): Promise<Page> {
    const { stopAt = /\/callback\b(?!\/)(?<!microsoft\/callback)/, ...init } = options
    let next = { url: new URL(url), method: init.method ?? 'GET', body: init.body, headers: init.headers ?? {} }
    for (let hops = 0; hops < 25; hops++) {
      if (stopAt.test(next.url.pathname)) return new Page({ status: 0, headers: {}, text: '', url: next.url.href })
      const answer = await this.#ask(next)
      const { location } = answer.headers
      if (answer.status < 300 || answer.status > 399 || location === undefined) return new Page(answer)
      next = { url: new URL(location, next.url), method: 'GET', body: undefined, headers: {} }
    }
    throw new Error(`too many redirects: ${this.visited.slice(-6).join(' ')}`)
  }

  async submit(page: Page, button: string, fields: Record<string, string> = {}, stopAt?: RegExp): Promise<Page> {
    const { action, values } = page.formOf(button)
    const body = new URLSearchParams({ ...values, ...fields }).toString()
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': String(body.length) }
    return this.open(new URL(action, page.url), { method: 'POST', body, headers, ...(stopAt ? { stopAt } : {}) })
  }

  follow(page: Page, label: string): Promise<Page> {
    return this.open(new URL(page.linkOf(label), page.url))
  }

  async #ask({
    url,
    method,
    body,
    headers,
  }: {
    url: URL
    method: string
    body: string | undefined
    headers: Record<string, string>
  }) {
    this.visited.push(url.href)
    const cookie = this.cookies
      .filter(({ host, path }) => host === url.hostname && url.pathname.startsWith(path))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
    const answer = await send(url, {
      method,
      headers: { accept: 'text/html', ...headers, ...(cookie && { cookie }) },
      ...(url.port === '' && this.#portOfHosts !== undefined && { port: this.#portOfHosts }),
      ...(body === undefined ? {} : { body }),
    })
    for (const line of answer.headers['set-cookie'] ?? []) this.#keep(url, line)
    return answer
  }

  #keep(url: URL, line: string): void {
    const [pair = '', ...attributes] = line.split(/;\s*/)
    const name = pair.slice(0, pair.indexOf('='))
    const value = pair.slice(name.length + 1)
    const path = attributes.find((each) => /^path=/i.test(each))?.slice(5) ?? '/'
    const isSecure = attributes.some((each) => /^secure$/i.test(each))
    if (name.startsWith('__Host-') && (!isSecure || path !== '/'))
      throw new Error(`a browser refuses this cookie: ${name}`)
    this.cookies = this.cookies.filter((each) => each.name !== name || each.host !== url.hostname || each.path !== path)
    if (value) this.cookies.push({ name, value, path, host: url.hostname, line })
  }
}

const decode = (text: string) =>
  text.replace(
    /&(amp|lt|gt|quot|#39);/g,
    (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[name] ?? '',
  )
const attributesOf = (tag: string) =>
  Object.fromEntries([...tag.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name, value]) => [name, decode(value ?? '')]))

export class Page {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly html: string
  readonly url: URL

  constructor({ status, headers, text, url }: Answer) {
    this.status = status
    this.headers = headers
    this.html = text
    this.url = new URL(url)
  }

  get text(): string {
    return decode(this.html.replace(/<style>[\s\S]*?<\/style>/, '').replace(/<[^>]+>/g, ' ')).replace(/\s+/g, ' ')
  }

  linkOf(label: string): string {
    const found = [...this.html.matchAll(/<a\b([^>]*)>([\s\S]*?)<\/a>/g)].find(([, , text = '']) =>
      decode(text).includes(label),
    )
    if (!found) throw new Error(`no link “${label}” on: ${this.text}`)
    return attributesOf(found[1] ?? '').href ?? ''
  }

  formOf(button: string): { action: string; values: Record<string, string> } {
    for (const [whole, head = '', body = ''] of this.html.matchAll(/<form([^>]*)>([\s\S]*?)<\/form>/g)) {
      const pressed = [...body.matchAll(/<button([^>]*)>([\s\S]*?)<\/button>/g)].find(([, , label = '']) =>
        label.includes(button),
      )
      if (!pressed) continue
      const inputs = [...whole.matchAll(/<input[^>]*>/g)].map(([tag]) => attributesOf(tag))
      const { name, value = '' } = attributesOf(pressed[1] ?? '')
      const values = Object.fromEntries(inputs.map((input) => [input.name ?? '', input.value ?? '']))
      return { action: attributesOf(head).action ?? '', values: { ...values, ...(name && { [name]: value }) } }
    }
    throw new Error(`no form has a button “${button}”: ${this.status} ${this.url} ${this.text}`)
  }
}
