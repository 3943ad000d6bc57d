import type { SignInTenant } from '@jackfield/contract/internal/internal-api'
import { comparedAddress } from '@jackfield/contract/tenants/address'
import type { SignInAccount } from '../site.ts'

/** A Microsoft account by which a person may sign in on a shared host, with its tenant. */
export type Realm = Pick<SignInTenant, 'tenant' | 'branding'> & { account: SignInAccount }

const ADDRESS = /^[^@\s\p{Cc}]{1,64}@[^@\s\p{Cc}]+\.[^@\s\p{Cc}]+$/u
const DOMAIN = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i

/** A work address, normalised for comparison; undefined when it is not an address. */
export function readAddress(text: string | undefined): string | undefined {
  const address = comparedAddress(text?.trim() ?? '')
  return address.length <= 320 && ADDRESS.test(address) ? address : undefined
}

/** Turns a `domain_hint` into an address of that domain; undefined for Microsoft's keywords (`organizations`). */
export function readDomainHint(text: string | undefined): string | undefined {
  return text !== undefined && text.length <= 255 && DOMAIN.test(text) ? `@${text.toLowerCase()}` : undefined
}

/** Accounts of a tenant in a directory; usually one. */
export function realmsIn({ tenant, branding, accounts }: SignInTenant, directoryId: string): Realm[] {
  const account = accounts.find((each) => each.directoryId === directoryId)
  return account ? [{ tenant, branding, account }] : []
}

/** The first realm of each directory; the tenant is chosen after Microsoft has identified the person. */
export function onePerDirectory(realms: readonly Realm[]): Realm[] {
  const directories = new Map<string, Realm>()
  for (const realm of realms)
    if (!directories.has(realm.account.directoryId)) directories.set(realm.account.directoryId, realm)
  return [...directories.values()]
}
