import { type Html, html } from '@jackfield/http-server/html'
import type { PersonSession } from '../domain/person-session.ts'
import type { StartPage } from '../domain/start-pages.ts'
import type { Page } from './layout.ts'
import { waysOn } from './refused-page.ts'
import type { Texts } from './texts/texts.ts'

type ShownSession = Pick<PersonSession, 'kind' | 'browser' | 'createdAt' | 'usedAt' | 'address'> & {
  handle: string
  isOwn: boolean
  apps: readonly string[]
}
type Context = { allOthers: string; person: string; now: number }

/** Seconds for which a device is marked as new. */
const NEWS = 7 * 24 * 3600

/** The person's browsers, devices and apps, with a button to end each of the others. */
export function ownSessionsPage(
  texts: Texts,
  sessions: readonly ShownSession[],
  { allOthers, person, now }: Context,
): Page {
  const { title, lead, signOutOthers, keepDevices, newDevice, advice } = texts.sessions
  const others = sessions.filter(({ isOwn }) => !isOwn)
  const devices = others.filter(({ kind }) => kind === 'device')
  const fresh = devices.filter(({ createdAt }) => now - createdAt < NEWS)
  const keeping = html`<p><label><input type="checkbox" name="keepDevices" value="yes"> ${keepDevices}</label></p>`
  return {
    title,
    body: html`<p>${lead(person)}</p>
${fresh.map((device) => html`<p role="note">${newDevice(nameOf(texts, device), readable(texts.locale, device.createdAt))}</p>`)}
<ul class="sessions">${sessions.map((session) => listItem(texts, session))}</ul>
${others.length > 1 && endForm(allOthers, signOutOthers(others.length), { before: devices.length > 0 && keeping })}
<p class="quiet">${advice}</p>`,
  }
}

export function noOwnSessionsPage(texts: Texts, startPages: readonly StartPage[]): Page {
  const { none, noneText } = texts.sessions
  return { title: none, body: html`<p>${noneText}</p>${waysOn(texts, { startPages })}` }
}

function listItem(texts: Texts, session: ShownSession): Html {
  const { sessions, locale } = texts
  const { handle, isOwn, kind, createdAt, usedAt, apps, address } = session
  const moment = (seconds: number) =>
    html`<time datetime="${new Date(seconds * 1_000).toISOString()}">${readable(locale, seconds)}</time>`
  const began = kind === 'device' ? sessions.connected : sessions.signedIn
  const since = html`${began} ${moment(createdAt)}${address !== undefined && html`, ${sessions.askedFrom(address)}`}<br>${sessions.lastUsed} ${moment(usedAt)}${kind === 'browser' && apps.length > 0 && html`<br>${apps.join(', ')}`}`
  const name = nameOf(texts, session)
  const mark = isOwn ? sessions.thisBrowser : kind !== 'browser' && sessions.kind[kind]
  return html`<li><div><strong>${name}</strong>${mark && html` <span class="quiet">${mark}</span>`}<p class="quiet">${since}</p></div>
${isOwn ? html`<a class="button plain" href="/auth/signout">${sessions.signOut}</a>` : endForm(handle, sessions.signOut, { description: sessions.signOutOf(name, readable(locale, createdAt)) })}</li>`
}

function nameOf({ sessions }: Texts, { kind, browser, apps }: ShownSession): string {
  if (kind === 'browser') return sessions.browser(browser)
  return apps[0] ?? (kind === 'device' ? sessions.unknownDevice : sessions.unknownApp)
}

type More = { description?: string; before?: Html | false }
function endForm(handle: string, label: string, { description, before = false }: More): Html {
  return html`<form method="post" action="/auth/sessions/end"><input type="hidden" name="session" value="${handle}">${before}<button class="plain"${description !== undefined && html` aria-label="${description}"`}>${label}</button></form>`
}

function readable(locale: string, seconds: number): string {
  const format = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' })
  return `${format.format(seconds * 1_000)} UTC`
}
