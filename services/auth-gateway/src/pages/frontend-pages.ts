import { type Html, html } from '@jackfield/http-server/html'
import type { Page } from './layout.ts'
import type { Texts } from './texts/texts.ts'

export function signInNotFinishedPage({ notFinished }: Texts, again: string, details: Html): Page {
  return {
    title: notFinished.title,
    body: html`<p>${notFinished.text}</p>
<div class="actions"><a class="button" href="${again}">${notFinished.signIn}</a></div>${details}`,
  }
}
