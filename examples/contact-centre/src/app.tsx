import type { SignedIn } from '@jackfield/browser-signin/react'
import { useState } from 'react'
import { DeskPage } from './desk-page.tsx'
import { LoginPage } from './login-page.tsx'

/**
 * Keeps the signed-in user in memory: after a reload the person clicks once more, without a password while the gateway
 * has a session.
 */
export function App() {
  const [user, setUser] = useState<SignedIn>()
  return user ? <DeskPage user={user} /> : <LoginPage onSignedIn={setUser} />
}
