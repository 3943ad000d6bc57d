import { type Html, html } from '@jackfield/http-server/html'
import type { BrowserName } from '../domain/own-sessions.ts'
import type { Page } from './layout.ts'
import type { Texts } from './texts/texts.ts'

type ShownSession = {
  handle: string
  isOwn: boolean
  browser: BrowserName
  loginAt: number
  usedAt: number
  apps: readonly string[]
}

/** The person's own logins on this host, with a button to end each of the others. */
export function ownSessionsPage(
  texts: Texts,
  sessions: readonly ShownSession[],
  allOthers: string,
  person: string,
): Page {
  const { title, lead, signOutOthers, advice } = texts.sessions
  const others = sessions.filter(({ isOwn }) => !isOwn).length
  return {
    title,
    body: html`<p>${lead(person)}</p>
<ul class="sessions">${sessions.map((session) => listItem(texts, session))}</ul>
${others > 1 && endForm(allOthers, signOutOthers(others))}
<p class="quiet">${advice}</p>`,
  }
}

export function noOwnSessionsPage({ sessions }: Texts): Page {
  return { title: sessions.none, body: html`<p>${sessions.noneText}</p>` }
}

function listItem({ sessions, locale }: Texts, { handle, isOwn, browser, loginAt, usedAt, apps }: ShownSession): Html {
  const moment = (seconds: number) =>
    html`<time datetime="${new Date(seconds * 1_000).toISOString()}">${readable(locale, seconds)}</time>`
  const since = html`${sessions.signedIn} ${moment(loginAt)}<br>${sessions.lastUsed} ${moment(usedAt)}${apps.length > 0 && html`<br>${apps.join(', ')}`}`
  const name = sessions.browser(browser)
  return html`<li><div><strong>${name}</strong>${isOwn && html` <span class="quiet">${sessions.thisBrowser}</span>`}<p class="quiet">${since}</p></div>
${isOwn ? html`<a class="button plain" href="/auth/signout">${sessions.signOut}</a>` : endForm(handle, sessions.signOut, sessions.signOutOf(name, readable(locale, loginAt)))}</li>`
}

function endForm(handle: string, label: string, description?: string): Html {
  return html`<form method="post" action="/auth/sessions/end"><input type="hidden" name="session" value="${handle}"><button class="plain"${description !== undefined && html` aria-label="${description}"`}>${label}</button></form>`
}

function readable(locale: string, seconds: number): string {
  const format = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' })
  return `${format.format(seconds * 1_000)} UTC`
}
