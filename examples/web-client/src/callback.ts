import { userManager } from './user-manager.ts'

// Where a sign-in by redirect ends; a refusal comes here too.
userManager.signinRedirectCallback().then(
  () => location.replace('/'),
  () => location.replace('/?error=refused'),
)
