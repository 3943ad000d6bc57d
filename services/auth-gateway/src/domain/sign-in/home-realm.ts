import { comparedAddress } from '@jackfield/contract/address'
import type { SignInTenant } from '@jackfield/contract/internal-api'
import type { SignInAccount } from '../site.ts'

/** A Microsoft account by which somebody may sign in on a shared host, and whose it is. */
export type Realm = Pick<SignInTenant, 'tenant' | 'branding'> & { account: SignInAccount }

const ADDRESS = /^[^@\s\p{Cc}]{1,64}@[^@\s\p{Cc}]+\.[^@\s\p{Cc}]+$/u
const DOMAIN = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i

/** A work address as it is compared; undefined for what is none. */
export function readAddress(text: string | undefined): string | undefined {
  const address = comparedAddress(text?.trim() ?? '')
  return address.length <= 320 && ADDRESS.test(address) ? address : undefined
}

/** A `domain_hint` that names a domain, as an address of nobody in it; Microsoft's own words (`organizations`) name none. */
export function readDomainHint(text: string | undefined): string | undefined {
  return text !== undefined && text.length <= 255 && DOMAIN.test(text) ? `@${text.toLowerCase()}` : undefined
}

/** A tenant's account in a directory: there is one, as a rule. */
export function realmsIn({ tenant, branding, accounts }: SignInTenant, directoryId: string): Realm[] {
  const account = accounts.find((each) => each.directoryId === directoryId)
  return account ? [{ tenant, branding, account }] : []
}

/** The first of each directory: which of its tenants is meant is asked once Microsoft has said who it is. */
export function onePerDirectory(realms: readonly Realm[]): Realm[] {
  const directories = new Map<string, Realm>()
  for (const realm of realms) if (!directories.has(realm.account.directoryId)) directories.set(realm.account.directoryId, realm)
  return [...directories.values()]
}
