import type { User } from 'oidc-client-ts'
import { userManager } from './user-manager.ts'

const WINDOW = 'web-client-sign-in'
const SIZE = { width: 480, height: 640 }

let pending: AbortController | undefined

/**
 * Signs in in a pop-up or, if that is blocked, in this window. Returns undefined when this window navigates away, or
 * when a newer click replaced this one.
 *
 * Microsoft's page sends `Cross-Origin-Opener-Policy: same-origin`: from then on the pop-up looks closed from here, and
 * has no opener. So this never checks for "closed" (popupAbortOnClose stays off), and the answer arrives over a
 * BroadcastChannel named by the request's `state`. A pop-up closed by hand leaves its request pending until the next
 * click ends it.
 */
export async function signIn(): Promise<User | undefined> {
  pending?.abort('replaced')
  const mine = new AbortController()
  pending = mine

  // Opened within the click, so that a blocked pop-up is noticed; the library then finds the window by its name.
  if (!window.open('', WINDOW, features())) {
    await userManager.signinRedirect()
    return undefined
  }
  try {
    return await userManager.signinPopup({
      popupWindowTarget: WINDOW,
      popupAbortOnClose: false,
      popupSignal: mine.signal,
    })
  } catch (error) {
    if (mine.signal.aborted) return undefined
    throw error
  }
}

function features(): string {
  const left = Math.round(screenX + (outerWidth - SIZE.width) / 2)
  const top = Math.round(screenY + (outerHeight - SIZE.height) / 2)
  return `popup,width=${SIZE.width},height=${SIZE.height},left=${left},top=${top}`
}
