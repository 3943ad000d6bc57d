import type { SignedIn } from '@jackfield/browser-signin/react'
import { signOutAddress } from './sign-out-address.ts'

const QUEUES = [
  { name: 'Sales', waiting: 2 },
  { name: 'Support', waiting: 5 },
]

/** `extensions` are the person's numbers in the phone systems; the list may be empty. */
export function DeskPage({ user: { claims, idToken } }: { user: SignedIn }) {
  const extensions = Array.isArray(claims.extensions) ? claims.extensions.map(String) : []
  return (
    <main className="card">
      <h1>Contact Centre</h1>
      <p role="status">
        Signed in as <strong>{String(claims.name ?? claims.sub)}</strong>
        {extensions.length > 0 ? `, extension ${extensions.join(', ')}` : ', without an extension'}
      </p>
      <table>
        <caption>Queues</caption>
        <thead>
          <tr>
            <th scope="col">Queue</th>
            <th scope="col">Waiting</th>
          </tr>
        </thead>
        <tbody>
          {QUEUES.map(({ name, waiting }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{waiting}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <a href={signOutAddress(idToken)}>Sign out</a>
    </main>
  )
}
