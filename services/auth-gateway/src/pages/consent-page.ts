import type { ConsentReturn } from '@jackfield/contract/consent-link'
import { type Html, html } from '@jackfield/http-server/html'
import type { Page } from './layout.ts'
import type { Texts } from './texts/texts.ts'

/** Shown after Microsoft's consent page, with or without a session in Control. */
export function consentPage(texts: Texts, { outcome, tenant, alias }: ConsentReturn, details: Html): Page {
  const { title, text, next } = texts.consent[outcome]
  return { title, tenant, body: html`<p>${texts.consent.account(alias, text)}</p><p>${next}</p>${details}` }
}
