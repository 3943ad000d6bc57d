import { ErrorResponse, type User } from 'oidc-client-ts'
import { userManager } from './user-manager.ts'

const element = (id: string) => document.getElementById(id) as HTMLElement

function show(user: User | null, message = ''): void {
  element('status').textContent = message
  element('signed-out').hidden = user !== null
  element('signed-in').hidden = user === null
  if (!user) return
  element('name').textContent = user.profile.name ?? ''
  element('mail').textContent = user.profile.email ?? ''
  element('extension').textContent = [user.profile.extensions].flat().filter(Boolean).join(', ') || 'none'
}

/** What an answer means for the person; the library hands on the OAuth error code. */
function explain(error: unknown): string {
  if (error instanceof ErrorResponse && error.error === 'access_denied') return 'You were not signed in.'
  if (error instanceof ErrorResponse) return `Signing in failed (${error.error}).`
  return 'Signing in was cancelled.'
}

async function signIn(): Promise<void> {
  element('status').textContent = 'Continue in the window that opened …'
  try {
    show(await userManager.signinPopup())
  } catch (error) {
    // A blocked pop-up never opens: then this window goes itself.
    if (error instanceof Error && /disposed window/i.test(error.message) && !(error instanceof ErrorResponse))
      return userManager.signinRedirect()
    show(null, explain(error))
  }
}

element('sign-in').addEventListener('click', () => void signIn())
element('sign-out').addEventListener('click', () => void userManager.signoutRedirect())

const problem = new URLSearchParams(location.search).get('error')
history.replaceState(null, '', '/')
show(await userManager.getUser(), problem === null ? '' : 'You were not signed in.')
