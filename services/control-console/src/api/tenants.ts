import { pageOf } from '@jackfield/contract/http/page'
import { Tenant } from '@jackfield/contract/tenants/tenant'
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { query, request, requestVersioned } from './request.ts'
import { useSoleMutation } from './use-sole-mutation.ts'

export function useTenants() {
  return useInfiniteQuery({
    queryKey: ['tenants'],
    queryFn: ({ pageParam, signal }) =>
      request(pageOf(Tenant), 'GET', `/api/v1/tenants${query({ limit: 100, cursor: pageParam })}`, { signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
  })
}

export function useTenant(tenantId: string) {
  return useQuery({
    queryKey: ['tenants', tenantId],
    queryFn: ({ signal }) => request(Tenant, 'GET', `/api/v1/tenants/${tenantId}`, { signal }),
    staleTime: 60_000,
  })
}

export function useChangeCountry(tenantId: string, etag: string | undefined) {
  const client = useQueryClient()
  return useSoleMutation({
    mutationFn: (defaultCountry: string | null) =>
      requestVersioned(Tenant, 'PATCH', `/api/v1/tenants/${tenantId}`, { body: { defaultCountry }, etag }),
    onSettled: () => client.invalidateQueries({ queryKey: ['tenants', tenantId] }),
  })
}
