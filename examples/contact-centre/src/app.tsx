import type { SignedIn } from '@jackfield/browser-signin/react'
import { useState } from 'react'
import { DeskPage } from './desk-page.tsx'
import { LoginPage } from './login-page.tsx'

/**
 * Who is signed in lives here, in memory: a reload asks once more, and with a session at the gateway that takes a click
 * and no password.
 */
export function App() {
  const [user, setUser] = useState<SignedIn>()
  return user ? <DeskPage user={user} /> : <LoginPage onSignedIn={setUser} />
}
