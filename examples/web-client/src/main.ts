import type { User } from 'oidc-client-ts'
import { errorCode, explain } from './explain.ts'
import { extensionsOf } from './extensions.ts'
import { signIn } from './sign-in.ts'
import { canSignInWithMicrosoft } from './sign-in-options.ts'
import { userManager } from './user-manager.ts'

const element = (id: string) => document.getElementById(id) as HTMLElement

function show(user: User | null, message = ''): void {
  element('status').textContent = message
  element('signed-out').hidden = user !== null
  element('signed-in').hidden = user === null
  element('name').textContent = user?.profile.name ?? ''
  element('mail').textContent = user?.profile.email ?? ''
  element('extension').textContent = user ? extensionsOf(user.profile).join(', ') || 'none' : ''
}

async function signInAndShow(): Promise<void> {
  element('status').textContent = 'Continue in the window that opened. If you have closed it, select the button again.'
  try {
    const user = await signIn()
    if (user) show(user)
  } catch (error) {
    show(null, explain(errorCode(error)))
  }
}

async function hideUselessButton(): Promise<void> {
  const isUseful = await canSignInWithMicrosoft()
  element('sign-in').hidden = !isUseful
  element('not-set-up').hidden = isUseful
}

async function signOut(): Promise<void> {
  try {
    await userManager.signoutRedirect()
  } catch {
    element('status').textContent = 'Signing out does not work just now. Try again in a moment.'
  }
}

/** The error of a sign-in by redirect that failed. */
function failureOfRedirect(): string {
  const code = new URLSearchParams(location.search).get('error')
  if (location.search !== '') history.replaceState(null, '', '/')
  return code === null ? '' : explain(code)
}

element('sign-in').addEventListener('click', () => void signInAndShow())
element('sign-out').addEventListener('click', () => void signOut())
// The tokens could not be renewed, because the session was ended elsewhere.
userManager.events.addAccessTokenExpired(
  () => void userManager.removeUser().then(() => show(null, explain('login_required'))),
)

const user = await userManager.getUser()
show(user?.expired ? null : user, failureOfRedirect())
await hideUselessButton()
await userManager.clearStaleState()
