import { errorCode } from './explain.ts'
import { userManager } from './user-manager.ts'

// Ends a sign-in by redirect, and a silent renewal in its frame. Removes the code from the history.
userManager.signinCallback().then(
  (user) => user && location.replace('/'),
  (error) => location.replace(`/?error=${encodeURIComponent(errorCode(error))}`),
)
