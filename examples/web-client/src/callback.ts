import { errorCode } from './explain.ts'
import { userManager } from './user-manager.ts'

// Where a sign-in by redirect ends, and a silent renewal in its frame. The address, which holds the code, leaves the
// history.
userManager.signinCallback().then(
  (user) => user && location.replace('/'),
  (error) => location.replace(`/?error=${encodeURIComponent(errorCode(error))}`),
)
