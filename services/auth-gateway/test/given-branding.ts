import { createHash } from 'node:crypto'
import type { Branding } from '@jackfield/contract/tenants/branding'
import type { World } from './given.ts'

export const LOGO =
  '<svg xmlns="http://www.w3.org/2000/svg" width="168" height="40" viewBox="0 0 168 40"><circle cx="20" cy="20" r="18" fill="#7a1fa2"/>' +
  '<path d="M12 20a8 8 0 0 1 16 0z" fill="#fff"/><path d="M52 14h104v4H52zM52 23h72v4H52z" fill="#45305a"/></svg>'

/** The tenant's look, as the registry would tell it two seconds later. */
export function givenBranding({ registry }: World, slug: string, branding: Partial<Branding>, logo?: string) {
  const found = registry.tenantAt(slug)
  if (!found) throw new Error(`no tenant ${slug}`)
  const sha256 = createHash('sha256')
    .update(logo ?? '')
    .digest('hex')
  if (logo !== undefined) {
    registry.logos.set(`${found.resolution.tenant.id} ${sha256}`, {
      mediaType: 'image/svg+xml',
      bytes: Buffer.from(logo),
    })
    Object.assign(found.resolution, {
      branding: { ...found.resolution.branding, logo: { mediaType: 'image/svg+xml', sha256 } },
    })
  }
  Object.assign(found.resolution, { branding: { ...found.resolution.branding, ...branding } })
  return sha256
}
