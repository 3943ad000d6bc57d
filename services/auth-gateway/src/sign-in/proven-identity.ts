import { z } from 'zod'
import { namespaceOf, type SignInSite } from '../domain/site.ts'
import type { Ports } from '../ports.ts'

export const IDENTITY = 'MicrosoftIdentity'

/** The identity that Microsoft gave for an attempt, and the account and tenant it was asked for. */
export const Proven = z.object({
  directoryId: z.string(),
  objectId: z.string(),
  amr: z.array(z.string()),
  tenantId: z.string(),
  accountId: z.string(),
  isTenantChosen: z.boolean(),
  sid: z.string().optional(),
})
export type Proven = z.infer<typeof Proven>

export async function findProven(
  { records }: Pick<Ports, 'records'>,
  site: SignInSite,
  uid: string,
): Promise<Proven | undefined> {
  const found = await records(namespaceOf(site)).find(IDENTITY, uid)
  return found && Proven.parse(found.payload)
}
