import type { SignedIn } from '@jackfield/browser-signin/react'

/** The element handles the pop-up or redirect, the answer, and error messages. */
export function LoginPage({ onSignedIn }: { onSignedIn: (user: SignedIn) => void }) {
  return (
    <main className="card">
      <h1>Contact Centre</h1>
      <p>Calls, queues and the people who answer them.</p>
      <microsoft-sign-in client-id="contact-centre" onsignedin={({ detail }) => onSignedIn(detail)} />
    </main>
  )
}
