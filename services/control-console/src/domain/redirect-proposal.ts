import type { RedirectMode, RedirectPlatform } from '@jackfield/contract/microsoft/microsoft-account'
import type { Verification } from '@jackfield/contract/microsoft/verification'

export type RedirectProposal = { redirectMode: RedirectMode; redirectPlatform: RedirectPlatform }

export function isSameProposal(one: RedirectProposal, other: RedirectProposal): boolean {
  return one.redirectMode === other.redirectMode && one.redirectPlatform === other.redirectPlatform
}

/**
 * Whether the test saw every proposed redirect URI registered. A warning is not enough: Entra ID would refuse every
 * sign-in.
 */
export function isProven({ ok, checks }: Pick<Verification, 'ok' | 'checks'>): boolean {
  return ok && checks.some(({ id, status }) => id === 'redirect-uris' && status === 'passed')
}
