import { type Attempt, beginAttempt, type Provider, redeem, type SignedIn, type Wishes } from './attempt.ts'
import { SignInError, toSignInError } from './sign-in-error.ts'
import { keepWaiting, LONGEST, PREFIX, takeAnswered } from './waiting-attempts.ts'

export type SignInOptions = Provider &
  Wishes & {
    /**
     * `auto`: a pop-up, except in an installed app, whose window a pop-up would leave. A blocked pop-up always becomes
     * a redirect.
     */
    mode?: 'auto' | 'popup' | 'redirect'
    /** After a redirect: an address of this origin; by default this page. */
    returnTo?: string
    signal?: AbortSignal
  }

const SIZE = { width: 480, height: 640 }
const INSTALLED = ['standalone', 'minimal-ui', 'fullscreen'].map((mode) => `(display-mode: ${mode})`).join(',')
let pending: AbortController | undefined

/**
 * Signs in with Microsoft. To be called in a click, or browsers block the pop-up. When it goes on by redirect this page
 * is left and nothing comes back: `finishSignIn` has the result on the next page.
 *
 * Nobody can see that a person closed the pop-up (Cross-Origin-Opener-Policy): the promise waits on. Leave the button
 * as it is; a newer click ends the older with `replaced`.
 */
export async function signIn(options: SignInOptions): Promise<SignedIn> {
  pending?.abort(new SignInError('replaced'))
  const mine = new AbortController()
  pending = mine
  const signal = AbortSignal.any([
    mine.signal,
    AbortSignal.timeout(LONGEST),
    ...(options.signal ? [options.signal] : []),
  ])

  const popup = usesPopup(options.mode) ? openPopup() : null // before anything is awaited: still within the click
  try {
    const { attempt, url } = await beginAttempt(options, options)
    throwIfAborted(signal)
    if (!popup) return await leaveFor(url, attempt, options.returnTo)
    const answer = nextAnswer(attempt.state, signal)
    popup.location.replace(url)
    return await redeem(attempt, await answer)
  } catch (error) {
    popup?.close()
    throw toSignInError(error)
  }
}

/**
 * What a sign-in by redirect left for this page: the result, nothing, or its `SignInError`. To be called when the page
 * starts.
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

function leaveFor(url: string, attempt: Attempt, returnTo = location.href): Promise<never> {
  const target = new URL(returnTo, location.href)
  keepWaiting(attempt, target.origin === location.origin ? target.href : '/')
  location.assign(url)
  return new Promise(() => {})
}

/** The answer that the bridge page hands on; only documents of this origin can. */
async function nextAnswer(state: string, signal: AbortSignal): Promise<string> {
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
