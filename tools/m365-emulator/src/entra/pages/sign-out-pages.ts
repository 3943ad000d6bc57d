import { html } from '@jackfield/http-server/html'
import type { Account } from '../../directory/directories.ts'
import { layout } from './layout.ts'

export function signedOutPage(): string {
  return layout(
    'Sign out',
    html`<h1>You signed out of your account</h1><p>It is a good idea to close all browser windows.</p>`,
  )
}

/** Without a hint Microsoft cannot know which of several accounts is meant. */
export function chooseLogoutPage(
  action: string,
  values: Readonly<Record<string, string | undefined>>,
  accounts: readonly Account[],
): string {
  const kept = Object.entries(values).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value ?? ''}">`,
  )
  const choices = accounts.map(
    ({ directory, user }) =>
      html`<button class="account plain" name="account" value="${directory.id}/${user.id}">${user.displayName}<br><small>${user.userPrincipalName}</small></button>`,
  )
  const body = html`<h1>Pick an account</h1>
<p>Which account do you want to sign out of?</p>
<form method="post" action="${action}">${kept}${choices}<button class="account plain" name="account" value="all">All of them</button></form>`
  return layout('Sign out', body)
}

/** Loads the logout address of every application of the session in a hidden frame, then goes on. */
export function signingOutPage(frames: readonly string[], target: string | undefined): string {
  const body = html`<h1>You signed out of your account</h1>
<p>${target === undefined ? html`It is a good idea to close all browser windows.` : html`<a id="next" href="${target}">Continue</a>`}</p>
${frames.map((url) => html`<iframe hidden title="Sign out" src="${url}"></iframe>`)}
${
  target !== undefined &&
  html`<script>
const go = () => location.replace(document.getElementById('next').href)
addEventListener('load', go)
setTimeout(go, 5000)
</script>`
}`
  return layout('Sign out', body)
}
