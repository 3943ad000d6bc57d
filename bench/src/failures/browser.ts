import { passMicrosoft } from '../sign-in/first-sign-in.ts'
import { authorizeUrl, FlowClient, refreshOnce, signInOnce, type Target } from '../sign-in/flow-client.ts'

const TIMEOUT_MS = 10_000
export type Outcome = { status: number; retryAfter: string | undefined; said?: string; body?: string }
export const OK: Outcome = { status: 200, retryAfter: undefined }
const NOT_SIGNED_IN = 599

/** A browser with a connection for each step. */
export class Browser extends FlowClient {
  /** Of the last answer; 0 while there is none. */
  status = 0
  readonly requestIds: string[] = []
  refreshToken = ''
  isBusy = false
  /** The last step failed: clients try again soon, within the grace of a refresh token whose answer was lost. */
  hasFailed = false

  override async send(url: URL, form?: Record<string, string>) {
    this.status = 0
    const answer = await withinTimeout(super.send(url, form))
    this.status = answer.status
    this.requestIds.push(String(answer.headers['x-request-id']))
    return answer
  }

  /** @throws when the connection failed */
  async step(work: () => Promise<unknown>): Promise<Outcome> {
    this.isBusy = true
    try {
      await work()
      this.hasFailed = false
      return OK
    } catch (error) {
      this.hasFailed = true
      if (this.status === 0) throw error
      // An answer below 400 led to a page, or back to the app with an error.
      const status = this.status < 400 ? NOT_SIGNED_IN : this.status
      return { status, retryAfter: undefined, said: error instanceof Error ? gistOf(error.message) : '' }
    } finally {
      this.isBusy = false
      this.close()
    }
  }
}

/** A browser whose person has signed in at Microsoft. */
export async function openBrowser(target: Target): Promise<Browser> {
  const browser = new Browser()
  await passMicrosoft(browser, authorizeUrl(target, 'x'.repeat(43)), target.redirectUri)
  browser.refreshToken = await signInOnce(browser, target)
  return browser
}

export async function refresh(browser: Browser, target: Target): Promise<void> {
  browser.refreshToken = await refreshOnce(browser, target, browser.refreshToken)
}

/** What an answer says when the session or the refresh token has ended. */
export const ENDED = /^(?:login page|invalid_grant)$/

/** The error that an app gets, or what a page says. */
function gistOf(text: string): string {
  if (text.startsWith('No code: /auth/interaction/')) return 'login page'
  const [, error] = /"?error"?[=:]"?([a-z_]+)/.exec(text) ?? []
  return error ?? text.replace(/^.*on a page: /, '').slice(0, 80)
}

/** @throws after 10 s, which no answer of ours takes */
export async function withinTimeout<Value>(work: Promise<Value>): Promise<Value> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error('timeout of 10 s')), TIMEOUT_MS)
  work.catch(() => undefined)
  return Promise.race([work, promise]).finally(() => clearTimeout(timer))
}
