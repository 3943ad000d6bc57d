export type Send = (url: string | URL, init: RequestInit) => Promise<Response>

/** Buttons of somebody who proves a second factor and agrees to what an application asks for. */
const AGREE = ['Approve', 'Accept']

/** The part of a browser that a login needs: cookies, redirects, and forms found by the text of their buttons. */
export class SignInAgent {
  readonly #cookies = new Map<string, string>()
  readonly #origin: string
  readonly #send: Send

  /** `send` replaces `fetch`, for an emulator that is reached in another way than by its origin. */
  constructor(origin: string, send: Send = fetch) {
    this.#origin = origin
    this.#send = send
  }

  /** Follows redirects until one leads outside the emulator. */
  async open(url: string | URL, init: RequestInit = {}): Promise<Page> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await this.#send(url, {
      ...init,
      redirect: 'manual',
      headers: { ...init.headers, ...(cookie && { cookie }) },
    })
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=')
      if (value) this.#cookies.set(name, value)
      else this.#cookies.delete(name)
    }
    const named = response.headers.get('location')
    const location = named && new URL(named, url).href
    if (location?.startsWith(`${this.#origin}/`)) return this.open(location)
    return new Page(response.status, location, await response.text(), String(url), response.headers)
  }

  /** Submits the form of the button with this text, with these fields filled in. */
  async submit(page: Page, button: string, fields: Record<string, string> = {}): Promise<Page> {
    const { action, values } = page.formOf(button)
    const body = new URLSearchParams({ ...values, ...fields })
    return this.open(new URL(action, page.url), { method: 'POST', body })
  }

  async signIn(url: string | URL, username: string, password = 'Passw0rd!'): Promise<Page> {
    return this.submit(await this.open(url), 'Sign in', { username, password })
  }

  /**
   * Signs in, approves the second factor and consents.
   * @returns the application's address with its parameters, as the browser would end there
   * @throws when the sign-in stays on a page of the emulator, with the text of the page
   */
  async reachApplication(url: string | URL, username: string, password?: string): Promise<URL> {
    let page = await this.signIn(url, username, password)
    for (const button of AGREE) if (page.hasButton(button)) page = await this.submit(page, button)
    if (page.location) return page.location
    if (page.hasButton('Continue')) throw new Error('Only answers in a query or fragment are supported, not form_post.')
    throw new Error(`The sign-in ended on a page: ${page.text.trim()}`)
  }
}

const decode = (text: string) =>
  text.replace(
    /&(amp|lt|gt|quot|#39);/g,
    (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[name] ?? '',
  )

const attributes = (tag: string) =>
  Object.fromEntries([...tag.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name, value]) => [name, decode(value ?? '')]))

export class Page {
  readonly status: number
  /** The redirect target outside the emulator. */
  readonly location: URL | undefined
  readonly html: string
  readonly url: string
  readonly headers: Headers

  constructor(status: number, location: string | null, html: string, url: string, headers: Headers) {
    this.status = status
    this.location = location === null ? undefined : new URL(location)
    this.html = html
    this.url = url
    this.headers = headers
  }

  get text(): string {
    const drawn = this.#drawConfig(this.html)
    return decode(drawn.replace(/<(style|script)>[\s\S]*?<\/\1>/g, '').replace(/<[^>]+>/g, ' ')).replace(/\s+/g, ' ')
  }

  /** What the error page's script does: it puts the members of `$Config` into their places. */
  #drawConfig(html: string): string {
    const config = JSON.parse(/^\$Config=(.*);$/m.exec(html)?.[1] ?? '{}') as Record<string, string>
    return html.replace(/data-config="(\w+)">/g, (place, name: string) => `${place}${config[name] ?? ''}`)
  }

  hasButton(button: string): boolean {
    return this.#findForm(button) !== undefined
  }

  formOf(button: string): { action: string; values: Record<string, string> } {
    const found = this.#findForm(button)
    if (!found) throw new Error(`No form has a button "${button}": ${this.text}`)
    const { whole, head, pressed } = found
    const inputs = [...whole.matchAll(/<input[^>]*>/g)].map(([tag]) => attributes(tag))
    const values = Object.fromEntries(inputs.map(({ name = '', value = '' }) => [name, value]))
    const { name, value = '' } = attributes(pressed)
    return { action: attributes(head).action ?? '', values: { ...values, ...(name && { [name]: value }) } }
  }

  #findForm(button: string): { whole: string; head: string; pressed: string } | undefined {
    for (const [whole, head = '', body = ''] of this.html.matchAll(/<form([^>]*)>([\s\S]*?)<\/form>/g)) {
      const buttons = body.matchAll(/<button([^>]*)>([\s\S]*?)<\/button>/g)
      const pressed = [...buttons].find(([, , label = '']) => label.includes(button))
      if (pressed) return { whole, head, pressed: pressed[1] ?? '' }
    }
    return undefined
  }
}
