import { PROBLEMS, type ProblemCode } from '@jackfield/contract/http/problems/catalogue'
import type { ConsentReturn } from '@jackfield/contract/microsoft/consent-link'
import { html } from '@jackfield/http-server/html'
import type { ControlRefusal } from '../domain/sign-in/admission.ts'
import type { MicrosoftFailure } from '../ports.ts'
import type { Page } from './layout.ts'
import { describeFailure, explanation, type Sentences } from './sign-in-pages.ts'
import type { Texts } from './texts/texts.ts'

type ControlLinks = { tenant: { slug: string; name: string }; alias: string }

/** For an identity that Control does not admit. */
export function controlRefusalPage(texts: Texts, refusal: ControlRefusal, links: ControlLinks): Page {
  return controlPage(texts, refusal === 'not-active' ? texts.admission[refusal] : texts.control[refusal], links)
}

/** For a sign-in without an identity, or with one of another directory. */
export function controlFailurePage(
  texts: Texts,
  failure: MicrosoftFailure,
  links: ControlLinks,
): { status: number; page: Page } {
  if (failure.kind === 'wrong-directory') {
    const { title, person } = texts.wrongDirectory
    return { status: 403, page: controlPage(texts, { title, person: person(links.tenant.name, links.alias) }, links) }
  }
  const { status, ...sentences } = describeFailure(texts, failure)
  return { status, page: controlPage(texts, sentences, links) }
}

function controlPage(texts: Texts, sentences: Sentences, { tenant }: ControlLinks): Page {
  const another = html`<a class="button" href="/?tenant=${tenant.slug}&another=true">${texts.useAnotherAccount}</a>`
  const back = html`<a class="button plain" href="/?tenant=${tenant.slug}">${texts.control.back}</a>`
  return { ...explanation(texts, sentences, another, back), tenant: tenant.name }
}

/** Shown after Microsoft's consent page, with or without a session in Control. */
export function consentPage(texts: Texts, { outcome, tenant, alias }: ConsentReturn, control: string): Page {
  const { title, text, next } = texts.consent[outcome]
  return {
    title,
    tenant,
    body: html`<p>${texts.consent.account(alias, text)}</p><p>${next}</p>
<div class="actions"><a class="button plain" href="${control}/">${texts.consent.toControl}</a></div>`,
  }
}

/** About a code of the admin API; its title and help are in English, as the API is. */
export function problemPage({ problem }: Texts, code: ProblemCode): Page {
  const { status, title, help } = PROBLEMS[code]
  return {
    title,
    body: html`<p lang="en">${help}</p><p>${problem.code(code, status)}</p>
<div class="actions"><a class="button" href="/api/v1/docs">${problem.reference}</a></div>`,
  }
}
