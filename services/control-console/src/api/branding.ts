import type { BrandingPatch } from '@jackfield/contract/tenants/branding'
import { Tenant } from '@jackfield/contract/tenants/tenant'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { requestVersioned } from './request.ts'
import { useSoleMutation } from './use-sole-mutation.ts'

const tenantAt = (tenantId: string) => `/api/v1/tenants/${tenantId}`

/** The tenant, which includes its branding, with its version. */
export function useBrandedTenant(tenantId: string) {
  return useQuery({
    queryKey: ['tenants', tenantId, 'branding'],
    queryFn: ({ signal }) => requestVersioned(Tenant, 'GET', tenantAt(tenantId), { signal }),
  })
}

export function useChangeBranding(tenantId: string, etag: string | undefined) {
  const client = useQueryClient()
  return useSoleMutation({
    mutationFn: (branding: BrandingPatch) =>
      requestVersioned(Tenant, 'PATCH', tenantAt(tenantId), { body: { branding }, etag }),
    onSettled: () => client.invalidateQueries({ queryKey: ['tenants', tenantId] }),
  })
}

/** Uploads the file as logo; null removes the logo. */
export function useChangeLogo(tenantId: string, etag: string | undefined) {
  const client = useQueryClient()
  const path = `${tenantAt(tenantId)}/branding/logo`
  return useSoleMutation({
    mutationFn: (file: File | null) =>
      requestVersioned(Tenant, file ? 'PUT' : 'DELETE', path, file ? { body: file, etag } : { etag }),
    onSettled: () => client.invalidateQueries({ queryKey: ['tenants', tenantId] }),
  })
}

/** The address changes with the logo, so that the browser cache shows no old one. */
export function logoAddress(tenantId: string, sha256: string): string {
  return `${tenantAt(tenantId)}/branding/logo?sha256=${sha256}`
}
