import {
  type Attempt,
  type AuthorizationOptions,
  beginAttempt,
  type Provider,
  redeem,
  type SignedIn,
} from './attempt.ts'
import { isInForeignFrame } from './foreign-frame.ts'
import { LIFETIME_MS, PREFIX, storePending, takeAnswered } from './pending-attempts.ts'
import { SignInError, toSignInError } from './sign-in-error.ts'

export type SignInOptions = Provider &
  AuthorizationOptions & {
    /**
     * `auto`: a pop-up, except in an installed app, which a pop-up would leave. A blocked pop-up becomes a redirect.
     */
    mode?: 'auto' | 'popup' | 'redirect'
    /** Where to return after a redirect: an address of this origin; default: this page. */
    returnTo?: string
    signal?: AbortSignal
  }

const SIZE = { width: 480, height: 640 }
const INSTALLED = ['standalone', 'minimal-ui', 'fullscreen'].map((mode) => `(display-mode: ${mode})`).join(',')
let pending: AbortController | undefined

/**
 * Signs in with Microsoft. Call it in a click, or browsers block the pop-up. With a redirect the page is left and the
 * promise stays pending: `finishSignIn` returns the result on the next page.
 *
 * A pop-up closed by the person cannot be detected (Cross-Origin-Opener-Policy), so the promise stays pending then,
 * too. Keep the button enabled; a newer click ends this sign-in with `replaced`. A page that another site shows in a frame
 * gets `foreign-frame` at once: its storage is partitioned, and no pop-up could reach it.
 */
export async function signIn(options: SignInOptions): Promise<SignedIn> {
  pending?.abort(new SignInError('replaced'))
  if (isInForeignFrame()) throw new SignInError('foreign-frame')
  const current = new AbortController()
  pending = current
  const signal = AbortSignal.any([
    current.signal,
    AbortSignal.timeout(LIFETIME_MS),
    ...(options.signal ? [options.signal] : []),
  ])

  const popup = usesPopup(options.mode) ? openPopup() : null // before the first await: still within the click
  try {
    const { attempt, url } = await beginAttempt(options, options)
    throwIfAborted(signal)
    if (!popup) return await redirectTo(url, attempt, options.returnTo)
    if (popup.closed) throw new SignInError('window-closed')
    const answer = waitForAnswer(attempt.state, signal)
    popup.location.replace(url)
    return await redeem(attempt, await answer)
  } catch (error) {
    popup?.close()
    throw toSignInError(error)
  }
}

/**
 * The result of a sign-in by redirect that returned to this page, if any; throws its `SignInError`. Call it when the
 * page starts.
 */
export async function finishSignIn({ clientId }: Pick<SignInOptions, 'clientId'>): Promise<SignedIn | undefined> {
  const found = takeAnswered(clientId)
  if (!found) return undefined
  try {
    return await redeem(found.attempt, found.answer)
  } catch (error) {
    throw toSignInError(error)
  }
}

function usesPopup(mode: SignInOptions['mode'] = 'auto'): boolean {
  return mode === 'auto' ? !matchMedia(INSTALLED).matches : mode === 'popup'
}

function openPopup(): Window | null {
  const left = Math.round(screenX + (outerWidth - SIZE.width) / 2)
  const top = Math.round(screenY + (outerHeight - SIZE.height) / 2)
  return window.open('', '_blank', `popup,width=${SIZE.width},height=${SIZE.height},left=${left},top=${top}`)
}

function redirectTo(url: string, attempt: Attempt, returnTo = location.href): Promise<never> {
  const target = new URL(returnTo, location.href)
  storePending(attempt, target.origin === location.origin ? target.href : '/')
  location.assign(url)
  return new Promise(() => {})
}

/** Waits for the answer from the bridge page, over a channel that only documents of this origin can join. */
async function waitForAnswer(state: string, signal: AbortSignal): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const channel = new BroadcastChannel(PREFIX + state)
  channel.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (!data || typeof data !== 'object' || !('answer' in data) || typeof data.answer !== 'string') return
    channel.postMessage('received')
    resolve(data.answer)
  }
  signal.addEventListener('abort', () => reject(abortError(signal)), { once: true })
  try {
    return await promise
  } finally {
    channel.close()
  }
}

function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw abortError(signal)
}

function abortError({ reason }: AbortSignal): SignInError {
  if (reason instanceof SignInError) return reason
  const isTimeout = reason instanceof DOMException && reason.name === 'TimeoutError'
  return new SignInError(isTimeout ? 'expired' : 'aborted', { cause: reason })
}
