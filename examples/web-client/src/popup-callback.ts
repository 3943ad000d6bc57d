import { userManager } from './user-manager.ts'

const status = document.getElementById('status') as HTMLElement

// Ends a sign-in in the pop-up: passes the address to the opening window, which redeems the code, and closes.
try {
  await userManager.signinPopupCallback()
  status.textContent = 'You may close this window.'
} catch {
  status.textContent = 'This window belongs to no sign-in. Close it and try again.'
}
