import { userManager } from './user-manager.ts'

// Where the pop-up ends: it hands the answer to the window that opened it, and closes.
await userManager.signinPopupCallback()
