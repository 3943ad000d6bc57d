import { pageOf } from '@jackfield/contract/http/page'
import { Tenant } from '@jackfield/contract/tenants/tenant'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { query, request } from './request.ts'

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
