import type { Language } from '@jackfield/contract/language'
import { ENGLISH_EXPLANATIONS } from './aadsts-english.ts'
import { GERMAN_EXPLANATIONS } from './aadsts-german.ts'
import { explainedBy } from './aadsts-groups.ts'

/** What an AADSTS code means for an administrator: what is wrong, and what to do. */
export type Explanation = { message: string; remedy: string }
export type Explanations = typeof ENGLISH_EXPLANATIONS

const EXPLANATIONS: Readonly<Record<Language, Explanations>> = { en: ENGLISH_EXPLANATIONS, de: GERMAN_EXPLANATIONS }

/** Explains an AADSTS code; an unknown one gets a text that names it and the page where Microsoft explains it. */
export function explainAadsts(code: string | undefined, language: Language = 'en'): Explanation {
  const { byCode, withoutCode, other } = EXPLANATIONS[language]
  if (code === undefined) return withoutCode
  const explained = explainedBy(code)
  if (Object.hasOwn(byCode, explained)) return byCode[explained as keyof typeof byCode]
  return other(code, `https://login.microsoftonline.com/error?code=${code.replace('AADSTS', '')}`)
}
