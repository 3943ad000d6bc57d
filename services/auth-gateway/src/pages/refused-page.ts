import { type Html, html } from '@jackfield/http-server/html'
import type { StartPage } from '../domain/start-pages.ts'
import type { Page } from './layout.ts'
import type { Texts } from './texts/texts.ts'

/** How a person goes on: `next` continues what they began, `again` is the same request once more. */
export type WaysOn = { startPages: readonly StartPage[]; next?: string | undefined; again?: string | undefined }

type Refused = { status: number; code: string; message: string }

/** For an error of a route for people, with at least one way on (T-132). */
export function refusedPage(texts: Texts, { status, code, message }: Refused, ways: WaysOn): Page {
  const sentence = code in texts.refused ? texts.refused[code as keyof Texts['refused']] : message
  const { nothingHere, unavailable, cannotGoOn, startAgain } = texts.error
  const title = status === 404 ? nothingHere : status >= 500 ? unavailable : cannotGoOn
  const isOver = status === 400 && ways.next === undefined
  return { title, body: html`<p>${sentence}</p>${isOver && html`<p>${startAgain}</p>`}${waysOn(texts, ways)}` }
}

/** Buttons: to continue or to try again; otherwise the apps of the host, or its start page where no app is known. */
export function waysOn(texts: Texts, { next, again, startPages }: WaysOn): Html {
  if (next !== undefined) return actions(link(next, texts.continue))
  if (again !== undefined) return actions(link(again, texts.tryAgain))
  if (startPages.length === 0) return actions(link('/', texts.error.startPage))
  return html`<div class="apps">${startPages.map(({ name, url }) => html`<a class="button plain choice" href="${url}">${name}</a>`)}</div>`
}

const link = (href: string, label: string) => html`<a class="button" href="${href}">${label}</a>`
const actions = (content: Html) => html`<div class="actions">${content}</div>`
