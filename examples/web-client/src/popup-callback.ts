import { userManager } from './user-manager.ts'

const status = document.getElementById('status') as HTMLElement

// Where the pop-up ends: it hands its address to the window that asked, which redeems the code; then it closes.
try {
  await userManager.signinPopupCallback()
  status.textContent = 'You may close this window.'
} catch {
  status.textContent = 'This window belongs to no sign-in. Close it and try again.'
}
