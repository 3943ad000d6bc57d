import type { Language } from '@jackfield/contract/tenants/language'
import { ENGLISH_EXPLANATIONS } from './aadsts-english.ts'
import { GERMAN_EXPLANATIONS } from './aadsts-german.ts'
import { explainedBy } from './aadsts-groups.ts'

/** What an AADSTS code means for an administrator: what is wrong, and what to do. */
export type Explanation = { message: string; remedy: string }
export type Explanations = typeof ENGLISH_EXPLANATIONS

const EXPLANATIONS: Readonly<Record<Language, Explanations>> = { en: ENGLISH_EXPLANATIONS, de: GERMAN_EXPLANATIONS }

/** Errors (RFC 6749 4.1.2.1, OpenID Connect Core 3.1.2.6) that come without a code as well. */
export type ExplainedError = keyof Explanations['byError']

/** The error as one that has an explanation; undefined for others: what else was received is shown and kept nowhere. */
export function explainedError(error: string): ExplainedError | undefined {
  return Object.hasOwn(ENGLISH_EXPLANATIONS.byError, error) ? (error as ExplainedError) : undefined
}

/** Explains a refusal of Entra ID by its AADSTS code, or by its `error` when it has none. */
export function explainRefusal(
  refusal: { code: string | undefined; error: string | undefined },
  language: Language = 'en',
): Explanation {
  const error = refusal.code === undefined ? explainedError(refusal.error ?? '') : undefined
  return error === undefined ? explainAadsts(refusal.code, language) : EXPLANATIONS[language].byError[error]
}

/** Explains an AADSTS code; an unknown one gets a text that names it and the page where Microsoft explains it. */
export function explainAadsts(code: string | undefined, language: Language = 'en'): Explanation {
  const { byCode, withoutCode, other } = EXPLANATIONS[language]
  if (code === undefined) return withoutCode
  const explained = explainedBy(code)
  if (Object.hasOwn(byCode, explained)) return byCode[explained as keyof typeof byCode]
  return other(code, `https://login.microsoftonline.com/error?code=${code.replace('AADSTS', '')}`)
}
