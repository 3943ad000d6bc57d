import { request } from 'node:http'
import { steadyLoad } from '@jackfield/test-environment/steady-load'
import { passMicrosoft } from '../sign-in/first-sign-in.ts'
import { authorizeUrl, signInOnce, type Target } from '../sign-in/flow-client.ts'
import { Browser, ENDED, OK, type Outcome, openBrowser, refresh, withinTimeout } from './browser.ts'
import type { Installation } from './installation.ts'
import type { Ledger } from './ledger.ts'

const EACH_SECOND = 2
/** Browsers with a session, whose tokens are refreshed in turn. */
const BROWSERS = 24
const FIRST_EXTENSION = 10_000

export type Demo = { tenantId: string; phoneSystemId: string; userIds: readonly string[] }
export type Load = Awaited<ReturnType<typeof startLoad>>

/** What people, phones and admins do, at a steady rate on new connections. */
export async function startLoad({ addresses, ports, apiKey }: Installation, demo: Demo, ledger: Ledger) {
  const host = new URL(addresses.tenant('contoso'))
  const target: Target = {
    authorize: new URL('/auth/authorize', host),
    token: new URL('/auth/token', host),
    clientId: 'web-client',
    redirectUri: `${host.origin}/callback.html`,
  }
  let ended = 0
  const browsers: Browser[] = []
  // One after the other, and again where it failed: services that have just started are slow.
  for (let tries = 0; browsers.length < BROWSERS; tries++) {
    const opened = await openBrowser(target).catch((error: unknown) => {
      if (tries > 2 * BROWSERS) throw error
    })
    if (opened) browsers.push(opened)
  }
  const faults = new Map<string, Map<string, number>>()
  let [signIns, refreshes, checks, extensions, tenants] = [0, 0, 0, 0, 0]

  /** Asks the admin API, or a tenant's host. */
  function ask(method: string, name: string, path: string, options: { body?: unknown; cookie?: string } = {}) {
    const { body, cookie } = options
    const headers = {
      host: name,
      ...(cookie ? { cookie } : { authorization: `Bearer ${apiKey()}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    }
    const { promise, resolve, reject } = Promise.withResolvers<Outcome & { body: string }>()
    const sent = request({ host: '127.0.0.1', port: ports.ingress, method, path, headers, agent: false }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (part: string) => (text += part))
      answer.on('error', reject)
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, retryAfter: answer.headers['retry-after'], body: text }),
      )
    })
    sent.on('error', reject)
    sent.end(body === undefined ? undefined : JSON.stringify(body))
    return withinTimeout(promise).finally(() => sent.destroy())
  }
  const control = new URL(addresses.control).host
  const admin = (method: string, path: string, body?: unknown) => ask(method, control, `/api/v1${path}`, { body })
  function free(turn: number): Browser | undefined {
    const idle = browsers
      .slice(turn % BROWSERS)
      .concat(browsers)
      .filter((each) => !each.isBusy)
    return idle.find((each) => each.hasFailed) ?? idle[0]
  }

  /** A browser does one thing at a time: a refresh must not meet a sign-in with the same cookies. */
  async function inBrowser(turn: number, work: (browser: Browser) => Promise<unknown>): Promise<Outcome> {
    const browser = free(turn)
    if (!browser) throw new Error('every browser waits for an answer')
    const outcome = await browser.step(() => work(browser))
    if (ENDED.test(outcome.said ?? '')) void signInAgain(browser)
    return outcome
  }

  /** As the person does whose session has ended. */
  async function signInAgain(browser: Browser): Promise<void> {
    browser.isBusy = true
    const opened = await openBrowser(target).catch(() => undefined)
    browser.isBusy = false
    if (!opened) return
    ended += 1
    browsers[browsers.indexOf(browser)] = opened
  }

  async function signInAtMicrosoft(): Promise<Outcome> {
    const browser = new Browser()
    const outcome = await browser.step(() =>
      passMicrosoft(browser, authorizeUrl(target, 'x'.repeat(43)), target.redirectUri),
    )
    if (outcome === OK) ledger.signedIn(browser.requestIds)
    return outcome
  }

  async function bind() {
    const extension = String(FIRST_EXTENSION + extensions++)
    const userId = demo.userIds[extensions % demo.userIds.length]
    const path = `/tenants/${demo.tenantId}/users/${userId}/bindings/${demo.phoneSystemId}`
    const answer = await admin('PUT', path, { extension })
    if (answer.status === 200) ledger.bound(extension)
    return answer
  }

  async function addTenant() {
    const answer = await admin('POST', '/tenants', { slug: `tenant-${tenants++}`, name: 'Another' })
    if (answer.status === 201) ledger.changed(JSON.parse(answer.body).id)
    return { ...answer, status: answer.status === 201 ? 200 : answer.status }
  }

  const questions: Record<string, () => Promise<Outcome>> = {
    'sign-in at Microsoft': signInAtMicrosoft,
    'sign-in with a session': () => inBrowser(signIns++, (browser) => signInOnce(browser, target)),
    refresh: () => inBrowser(refreshes++ + BROWSERS / 2, (browser) => refresh(browser, target)),
    check: () =>
      ask('GET', host.host, '/auth/verify', { cookie: browsers[checks++ % BROWSERS]?.cookieFor(host) ?? '' }),
    'read of the registry': () => admin('GET', '/tenants?limit=1'),
    'read of the roster': () => admin('GET', `/tenants/${demo.tenantId}/users?limit=1`),
    'write to the registry': addTenant,
    'write to the roster': bind,
  }
  const kinds = Object.keys(questions)
  const noted = Object.fromEntries(
    Object.entries(questions).map(([kind, question]) => [kind, () => question().then(note(kind), thrown(kind))]),
  )
  const note = (kind: string) => (outcome: Outcome) => {
    if (outcome.status !== 200) count(kind, `${outcome.status} ${outcome.said ?? codeIn(outcome.body)}`)
    return outcome
  }
  const thrown = (kind: string) => (error: unknown) => {
    count(kind, error instanceof Error ? error.message.slice(0, 60) : String(error))
    return { status: 0, retryAfter: undefined }
  }
  const count = (kind: string, what: string) => {
    const of = faults.get(kind) ?? new Map<string, number>()
    faults.set(kind, of.set(what, (of.get(what) ?? 0) + 1))
  }
  const load = steadyLoad(EACH_SECOND * kinds.length, noted)

  return {
    kinds,
    answersOf: load.answersOf,
    /** Failures since the last call, by kind: how they looked, and how often. */
    takeFaults() {
      const taken = [...faults].map(
        ([kind, of]) => `${kind}: ${[...of].map(([what, n]) => `${n} x ${what}`).join(', ')}`,
      )
      faults.clear()
      return taken
    },
    /** How many sessions and refresh tokens have ended since the last call; all are tried. */
    async takeEndedSessions(): Promise<number> {
      for (const browser of [...browsers]) {
        while (browser.isBusy) await new Promise((resolve) => setTimeout(resolve, 20))
        const tried = await browser.step(async () => {
          await signInOnce(browser, target)
          await refresh(browser, target)
        })
        if (tried !== OK) await signInAgain(browser)
      }
      const taken = ended
      ended = 0
      return taken
    },
    async stop() {
      await load.stop()
    },
  }
}

/** The code of problem details. */
const codeIn = (body = '') => /"code":"([^"]+)"/.exec(body)?.[1] ?? ''
