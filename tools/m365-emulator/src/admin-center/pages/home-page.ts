import { type Html, html } from '@jackfield/http-server/html'
import type { Directories } from '../../directory/directories.ts'
import { frame, type Visitor } from './frame.ts'

const SHOWN = 20

export function homePage(visitor: Visitor | undefined, directories: Directories): string {
  const body = visitor
    ? html`<h1>${visitor.directory.displayName}</h1>
<dl><dt>Directory (tenant) ID</dt><dd><code>${visitor.directory.id}</code></dd>
<dt>Your role</dt><dd>${visitor.user.directoryRoles.join(', ') || 'None: you may register applications and manage your own'}</dd></dl>
<p class="actions"><a class="button" href="/app-registrations">App registrations</a> <a class="button" href="/app-registrations/new">New registration</a></p>`
    : html`<h1>Practise the set-up</h1>
<p>Register an application here as you would in the Microsoft Entra admin center: give it a name and redirect URIs, copy its ids, add permissions, grant admin consent, and create a client secret.</p>
<p>Sign in with an account of one of the emulated directories. Granting consent to application permissions takes a Global Administrator or Privileged Role Administrator.</p>
<p class="actions"><a class="button" href="/sign-in">Sign in</a></p>
${whoMay(directories)}`
  return frame('Home', visitor, body)
}

/** Nobody should have to read the source to find out as whom to practise. */
function whoMay(directories: Directories): Html {
  const holders = directories
    .all()
    .flatMap((directory) => [...directory.users.roleHolders()].map((user) => ({ directory, user })))
  const rows = holders
    .slice(0, SHOWN)
    .map(
      ({ directory, user }) =>
        html`<tr><td>${directory.displayName}</td><td><code>${user.userPrincipalName}</code></td><td>${user.directoryRoles.join(', ')}</td></tr>`,
    )
  return html`<h2>Who has a role</h2>
<table aria-label="Who has a role"><thead><tr><th scope="col">Directory</th><th scope="col">User name</th><th scope="col">Role</th></tr></thead><tbody>${rows}</tbody></table>
<p class="note">Everybody’s password is Passw0rd! unless the test that made them says otherwise. Other users may register applications of their own.</p>`
}
