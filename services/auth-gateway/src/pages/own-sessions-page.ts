import { type Html, html } from './html.ts'
import type { Page } from './layout.ts'

export type ShownSession = { handle: string; isOwn: boolean; browser: string; loginAt: number; usedAt: number; apps: readonly string[] }

/** The person's own logins on this host, each of the others with the button that ends it. */
export function ownSessionsPage(sessions: readonly ShownSession[], allOthers: string, person: string, tenant: string): Page {
  const others = sessions.filter(({ isOwn }) => !isOwn)
  return {
    title: 'Your sessions',
    tenant,
    body: html`<p>Where ${person} is signed in to the phone apps at this address.</p>
<ul class="sessions">${sessions.map(listItem)}</ul>
${others.length > 1 && endForm(allOthers, 'Sign out all others', 'Sign out all other sessions')}
<p class="quiet">Signing out here does not sign you out of Microsoft. If you don’t know one of these sessions, sign it out, change your
Microsoft password and tell your administrator.</p>`,
  }
}

export function noOwnSessionsPage(tenant: string): Page {
  return {
    title: 'You are not signed in',
    tenant,
    body: html`<p>Sign in to one of your phone apps in this browser. Then this page shows where else you are signed in.</p>`,
  }
}

function listItem({ handle, isOwn, browser, loginAt, usedAt, apps }: ShownSession): Html {
  const since = html`Signed in ${moment(loginAt)}<br>Last used ${moment(usedAt)}${apps.length > 0 && html`<br>${apps.join(', ')}`}`
  return html`<li><div><strong>${browser}</strong>${isOwn && html` <span class="quiet">this browser</span>`}<p class="quiet">${since}</p></div>
${isOwn ? html`<a class="button plain" href="/auth/signout">Sign out</a>` : endForm(handle, 'Sign out', `Sign out ${browser}, signed in ${readable(loginAt)}`)}</li>`
}

function endForm(handle: string, label: string, description: string): Html {
  return html`<form method="post" action="/auth/sessions/end"><input type="hidden" name="session" value="${handle}"><button class="plain" aria-label="${description}">${label}</button></form>`
}

const FORMAT = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' })
const readable = (seconds: number) => `${FORMAT.format(seconds * 1_000)} UTC`

function moment(seconds: number): Html {
  return html`<time datetime="${new Date(seconds * 1_000).toISOString()}">${readable(seconds)}</time>`
}
