import type { SignedIn } from '@jackfield/browser-signin/react'

/** The element does the rest: pop-up or redirect, the answer, and what to say when it fails. */
export function LoginPage({ onSignedIn }: { onSignedIn: (user: SignedIn) => void }) {
  return (
    <main className="card">
      <h1>Contact Centre</h1>
      <p>Calls, queues and the people who answer them.</p>
      <microsoft-sign-in client-id="contact-centre" onsignedin={({ detail }) => onSignedIn(detail)} />
    </main>
  )
}
